// Links, branches, files: what was done can be gone back to, taken along, and opened elsewhere.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { assertAccessible, browser, open, page, ready, settled, site, snapshot, steps, visitEach } from './page.mjs';

visitEach();

const press = (name) => page.getByRole('button', { name, exact: true }).click({ force: true }).then(() => settled(page));
async function type(line) {
  await page.locator('#terminal-input').fill(line);
  await page.keyboard.press('Enter');
  await settled(page);
}
const moment = async (of) => {
  const { timeline, end, steps: count, ...rest } = await snapshot(of);
  return rest;
};
async function address() {
  await press('Share');
  await page.getByRole('dialog').waitFor();
  const link = await page.locator('.share-address').inputValue();
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  return link;
}

test('a link leads to the same moment, branches included', async () => {
  await ready(page);
  for (let n = 0; n < 4; n++) await press('Back');
  for (const line of ['kubectl get pods', 'kubectl get sts', 'kubectl scale sts web --replicas=3', 'kubectl get svc', 'kubectl get pods -o wide']) await type(line);
  await steps(page, 3);
  const here = await moment(page);
  const link = await address();
  assert.ok(link.length - site.url.length <= 700, `${link.length}`);
  const other = await open(browser, link);
  await other.page.locator('.column').first().waitFor();
  assert.deepEqual(await moment(other.page), here);
  await other.close();
});

test('a damaged link says so and keeps what could be read', async () => {
  await steps(page, 8);
  const link = await address();
  const other = await open(browser, link.slice(0, -40));
  assert.match(await other.page.locator('.notice-bar').innerText(), /Not all of this link could be read/);
  assert.match(await other.page.locator('.code-input').inputValue(), /^apiVersion: v1\nkind: Service/);
  await assertAccessible(other.page, 'with a notice');
  await other.close();
  const newer = await open(browser, `${site.url}#s=2.abc`);
  assert.match(await newer.page.locator('.notice-bar').innerText(), /newer version/);
  await newer.close();
});

test('a link can be written by hand', async () => {
  const yaml = encodeURIComponent('apiVersion: v1\nkind: Service\nmetadata: {name: db}\nspec: {clusterIP: None}\n');
  const other = await open(browser, `${site.url}?yaml=${yaml}&cmd=kubectl get svc;kubectl get nodes`);
  await other.page.getByRole('button', { name: 'Until ready' }).click();
  await settled(other.page);
  const log = await other.page.getByRole('log').textContent();
  assert.match(log, /service\/db created[^]*\$ kubectl get svc[^]*db[^]*\$ kubectl get nodes[^]*node-3/);
  await other.close();
});

test('what was done in another way stays beside it', async () => {
  await ready(page);
  const { step } = await snapshot(page);
  assert.ok(!(await page.locator('.choices select').nth(2).isVisible()), 'there is one branch');
  for (let n = 0; n < 4; n++) await press('Back');
  await type('kubectl delete pod web-0 --wait=false');
  const branch = page.locator('.choices select').nth(2);
  assert.match(await branch.locator('option').nth(1).textContent(), /kubectl delete pod web-0/);
  await branch.selectOption({ index: 0 });
  await settled(page);
  await press('Until ready');
  assert.equal((await snapshot(page)).step, step);
  assert.doesNotMatch(await page.getByRole('log').textContent(), /delete pod/);
  await branch.selectOption({ index: 1 });
  await settled(page);
  assert.match(await page.getByRole('log').textContent(), /delete pod/);
});

test('a step is as long as one says', async () => {
  const size = page.locator('.choices select').first();
  await size.selectOption('event');
  await steps(page, 1);
  const { seq } = await snapshot(page);
  assert.equal(seq, 1);
  await size.selectOption('idle');
  await steps(page, 1);
  assert.equal((await snapshot(page)).idle, true);
});

test('files can be taken along', async () => {
  await ready(page);
  await press('Share');
  await assertAccessible(page, 'the dialog');
  for (const [name, shape] of [
    [/Transcript/, /```yaml manifest\.yaml\napiVersion[^]*```console\n\$ kubectl apply[^]*creates pod\/web-0/],
    [/Event log/, /^\{[^\n]*"actor":"you"[^\n]*\}\n/], [/Picture/, /^<svg [^]*web-1[^]*<\/svg>\n$/], [/Manifests \(/, /^apiVersion/],
  ]) {
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('dialog').getByRole('button', { name }).click()]);
    assert.match(await readFile(await file.path(), 'utf8'), shape);
  }
  const svg = await page.evaluate(async () => {
    const { playground } = await import('./pkg/main.js');
    const text = (await playground).engine.export('picture');
    return new DOMParser().parseFromString(text, 'image/svg+xml').querySelectorAll('text, parsererror').length;
  });
  assert.ok(svg > 8, 'the drawing is well-formed');
});

test('the next visit begins where this one ended, and can begin anew', async () => {
  await steps(page, 7);
  const here = await moment(page);
  await page.reload();
  await page.locator('.column').first().waitFor();
  assert.deepEqual(await moment(page), here);
  await press('Begin with the example');
  assert.equal((await snapshot(page)).step, 0);
  await page.locator('.code-input').fill('# mine\n');
  await settled(page);
  await page.reload();
  await page.locator('.notice-bar').waitFor();
  assert.equal(await page.locator('.code-input').inputValue(), '# mine\n');
});

test('the doctor names what is wrong, and its fix can be run', async () => {
  await page.locator('.code-input').fill((await page.locator('.code-input').inputValue()).replace('  selector:\n    app: nginx\n---', '  selector:\n    app: other\n---'));
  await press('Run from start');
  await ready(page);
  await page.getByRole('tab', { name: 'Doctor' }).click();
  await settled(page);
  assert.match(await page.locator('.finding').first().textContent(), /service-selector-mismatch[^]*app=other/);
  await assertAccessible(page, 'with a finding');
  await press('Run this');
  await press('Until ready');
  assert.match(await page.getByRole('log').textContent(), /service\/nginx patched/);
  assert.equal((await snapshot(page)).services[0].answers.length, 2);
});

test('the object of a step can be read whole, with the lines that changed', async () => {
  await steps(page, 7);
  await page.getByText('The whole object, changed lines marked').click();
  await settled(page);
  assert.match(await page.locator('.object-lines').textContent(), /kind: /);
  assert.ok(await page.locator('.object-lines [data-mark="+"]').count());
});

test('a name can be asked in a pod, and every name tried is told', async () => {
  await ready(page);
  await page.getByRole('tab', { name: 'DNS' }).click();
  await page.locator('.dns-answer').waitFor();
  assert.match(await page.locator('.dns-answer').textContent(), /^web-0\.nginx → 10\.42\./);
  assert.match(await page.locator('.dns-tried').textContent(), /web-0\.nginx\.default\.svc\.cluster\.local\. A.*NOERROR/);
  await page.getByRole('textbox', { name: 'Name to look up' }).fill('web-7.nginx');
  await page.getByLabel('Asked in this pod').selectOption('web-1');
  await settled(page);
  assert.match(await page.locator('.dns-answer').textContent(), /no address/);
  assert.match(await page.locator('.dns-tried').textContent(), /NXDOMAIN/);
  await assertAccessible(page, 'a name that is not there');
});
