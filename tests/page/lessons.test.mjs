// Lessons: opened, predicted, run, finished by their solution; with the keyboard alone, on a phone, in both languages.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible, assertFits, launch, open, settled, snapshot } from './page.mjs';
import { serve } from './server.mjs';

let browser;
let site;
before(async () => { browser = await launch(); site = await serve(); });
after(async () => { await browser.close(); site.stop(); });

const title = (page) => page.locator('.lesson-title');
const shows = (page, text) => title(page).filter({ hasText: text }).waitFor();

/** The cluster is the lesson's, at its start. */
const begun = (page, text) => page.waitForFunction(async (it) => {
  const { playground } = await import('./pkg/main.js');
  const { engine } = await playground;
  return engine.snapshot().step === 0 && JSON.parse(engine.link()).manifest.includes(it);
}, text);

/** Time passes to its end at once: what Run began is seen at the pace of a reader else. */
async function atRest(page) {
  await page.evaluate(async () => {
    const { playground } = await import('./pkg/main.js');
    (await playground).dispatch({ do: 'step', size: 'idle' });
  });
  await page.waitForFunction(async () => {
    const { playground } = await import('./pkg/main.js');
    return !(await playground).engine.snapshot().terminal.busy;
  });
  await settled(page);
}

for (const [name, words] of [['topology-state', /Topology state/], ['storage-state', /Storage state/], ['wrong-service-name', /wrong serviceName/]]) {
  test(`${name} opens beside its cluster and can be read`, async () => {
    const visit = await open(browser, `${site.url}#lesson=${name}`);
    const { page } = visit;
    await shows(page, words);
    await begun(page, (await page.locator('.lesson-yaml').textContent()).trim());
    assert.ok(await page.locator('.lesson-goal').count());
    await assertAccessible(page, name);
    await visit.close();
  });
}

test('a prediction is answered by the simulation, a goal is reached by the solution', async () => {
  const visit = await open(browser, site.url);
  const { page } = visit;
  await page.getByRole('button', { name: 'Lessons' }).click();
  await shows(page, 'Lessons');
  await assertAccessible(page, 'the list of lessons');
  await page.getByRole('button', { name: /^Topology state/ }).click();
  await shows(page, 'Topology state');
  await page.getByRole('button', { name: 'web-0 and web-1', exact: true }).click();
  await page.getByText('No. What happens: only web-0.').waitFor();
  await page.getByRole('button', { name: 'only web-0' }).click();
  await page.getByText('Right.', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Run: kubectl get service nginx' }).click();
  await atRest(page);
  assert.match(await page.getByRole('log').textContent(), /web-1 {3}1\/1 {5}Running/);
  const goal = page.locator('.lesson-goal');
  assert.match(await goal.textContent(), /^Goal:/);
  await page.getByText('Hint', { exact: true }).click();
  await page.getByText('Solution', { exact: true }).click();
  await page.getByRole('button', { name: 'Run: kubectl scale statefulset web --replicas=3' }).click();
  await atRest(page);
  await goal.filter({ hasText: 'Reached:' }).waitFor();
  await assertAccessible(page, 'a finished lesson');
  await page.getByRole('button', { name: 'Reset' }).click();
  await goal.filter({ hasText: 'Goal:' }).waitFor();
  await page.getByRole('button', { name: 'All lessons' }).first().click();
  await page.locator('.lesson-list li').first().filter({ hasText: 'done' }).waitFor();
  await visit.close();
});

test('the keyboard alone suffices', async () => {
  const visit = await open(browser, site.url);
  const { page } = visit;
  const focused = () => page.evaluate(() => document.activeElement?.textContent ?? '');
  /** @param {RegExp} wanted */
  const tabTo = async (wanted) => {
    for (let n = 0; n < 80; n++) {
      await page.keyboard.press('Tab');
      if (wanted.test(await focused())) return;
    }
    assert.fail(`${wanted} is not reached`);
  };
  await tabTo(/^Lessons$/);
  await page.keyboard.press('Enter');
  await shows(page, 'Lessons');
  assert.equal(await focused(), 'Lessons');
  await tabTo(/^Topology state/);
  await page.keyboard.press('Enter');
  await shows(page, 'Topology state');
  await begun(page, 'image: nginx:1.9.1');
  assert.match(await focused(), /^Topology state/, 'reading goes on at the title');
  await tabTo(/^only web-0$/);
  await page.keyboard.press('Space');
  await page.getByText('Right.', { exact: true }).waitFor();
  await tabTo(/^Solution$/);
  await page.keyboard.press('Enter');
  await tabTo(/^Run$/);
  await page.keyboard.press('Enter');
  await atRest(page);
  await page.locator('.lesson-goal').filter({ hasText: 'Reached:' }).waitFor();
  await visit.close();
});

test('another language keeps the place and what was done', async () => {
  const visit = await open(browser, `${site.url}#lesson=topology-state`);
  const { page } = visit;
  await shows(page, 'Topology state');
  await page.getByRole('button', { name: 'only web-0' }).click();
  const heading = page.locator('.lesson-body h3').nth(1);
  await heading.evaluate((it) => it.scrollIntoView());
  const top = () => heading.evaluate((it) => Math.round(it.getBoundingClientRect().top));
  const before = await top();
  await page.getByRole('button', { name: '中文' }).click();
  await shows(page, '拓扑状态');
  await page.getByText('正确。').waitFor();
  assert.ok(Math.abs(await top() - before) < 40, `${before} and ${await top()}`);
  await assertAccessible(page, 'a lesson in Chinese');
  await visit.close();
});

test('a phone shows a lesson in a tab, and the next visit goes on with it', async () => {
  const visit = await open(browser, `${site.url}#lesson=storage-state`, { width: 390, height: 844 });
  const { page } = visit;
  await shows(page, 'Storage state');
  await assertFits(page, 'a lesson on a phone');
  await page.getByRole('tab', { name: 'Cluster' }).click();
  await page.getByRole('tab', { name: 'Lesson' }).click();
  await page.getByRole('button', { name: 'Run: kubectl get pvc' }).click();
  await atRest(page);
  const { step } = await snapshot(page);
  await page.goto('about:blank');
  await page.goto(site.url);
  await shows(page, 'Storage state');
  await settled(page);
  assert.equal((await snapshot(page)).step, step, 'nothing was started anew');
  await page.locator('.lesson-bar').getByRole('button', { name: 'Close' }).click();
  await page.getByRole('tab', { name: 'Lesson' }).waitFor({ state: 'hidden' });
  await visit.close();
});

test('a lesson that does not come says so, and the rest goes on', async () => {
  const broken = await serve({ without: /^lessons\// });
  const visit = await open(browser, `${broken.url}#lesson=topology-state`, { isQuiet: true });
  const { page } = visit;
  await page.getByRole('alert').filter({ hasText: 'could not be loaded' }).waitFor();
  await page.getByRole('button', { name: 'Step', exact: true }).click();
  await page.getByText('step 1', { exact: true }).waitFor();
  await visit.close();
  broken.stop();
});
