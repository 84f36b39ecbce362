// A reader's work is never lost: not by links, other tabs, spoilt storage, large texts, or a file that does not come.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { assertFits, browser, open, page, settled, site, snapshot, steps, visitEach } from './page.mjs';
import { serve } from './server.mjs';

visitEach();

const press = (name) => page.getByRole('button', { name, exact: true }).click({ force: true }).then(() => settled(page));
const editor = (of = page) => of.locator('.code-input');
const write = async (text) => { await editor().fill(text); await settled(page); };
const hashOf = (link) => `#s=1.${deflateRawSync(JSON.stringify(link)).toString('base64url')}`;
const go = async (hash) => {
  await page.evaluate((it) => { location.hash = it; }, hash);
  await page.locator('.notice-bar').waitFor();
  await settled(page);
};

test('a link opened over my text can be taken back', async () => {
  await write('# precious\n');
  await go(hashOf({ manifest: '# other\n' }));
  assert.equal(await editor().inputValue(), '# other\n');
  await press('Bring back what stood here');
  assert.equal(await editor().inputValue(), '# precious\n');
});

test('a link that holds nothing, too much or another form changes nothing and says so', async () => {
  await write('# precious\n');
  for (const [hash, said] of [
    ['#s=1.', /Nothing could be read/], ['#s=1.AAAAA', /Nothing could be read/], [hashOf(null), /Nothing could be read/],
    [hashOf([1, 2]), /Nothing could be read/], ['#s=0.abc', /does not know/], ['#s=2.abc', /newer version/],
    [hashOf({ manifest: 'a: b\n'.repeat(200_000) }), /more text than/],
  ]) {
    await go(hash);
    assert.match(await page.locator('.notice-bar').innerText(), said, hash.slice(0, 20));
    assert.equal(await editor().inputValue(), '# precious\n');
    await press('Close');
  }
});

test('after a link, a reload goes on with what was done since', async () => {
  // The reload below is to break off nothing.
  await page.waitForLoadState('networkidle');
  await page.evaluate((it) => { location.hash = it; }, hashOf({ manifest: '# linked\n' }));
  await page.waitForFunction(() => /** @type {HTMLTextAreaElement} */ (document.querySelector('.code-input')).value === '# linked\n');
  assert.equal(await editor().inputValue(), '# linked\n');
  await write('# linked, then mine\n');
  assert.ok(!page.url().includes('#s='), page.url());
  await page.reload();
  await page.locator('.notice-bar').waitFor();
  assert.equal(await editor().inputValue(), '# linked, then mine\n');
});

test('a visited link and an untouched tab keep my session', async () => {
  await write('# mine\n');
  await page.goto(`${site.url}?yaml=a%3A%201`);
  await page.locator('.header').waitFor();
  await page.goto(`${site.url}?again`);
  await page.locator('.notice-bar').waitFor();
  assert.equal(await editor().inputValue(), '# mine\n');
  const other = await page.context().newPage();
  await other.goto(site.url);
  await other.locator('.notice-bar').waitFor();
  await write('# mine, changed\n');
  await page.goto('about:blank');
  await other.goto('about:blank');
  await page.goto(site.url);
  await page.locator('.notice-bar').waitFor();
  assert.equal(await editor().inputValue(), '# mine, changed\n');
  await other.close();
});

test('a spoilt session is passed over', async () => {
  for (const kept of ['{', '{}', 'null', '{"link":"zz","text":null}', '{"link":5,"text":"a"}']) {
    await page.evaluate((it) => localStorage.setItem('statefulset-playground.session', it), kept);
    await page.reload();
    await page.locator('.header').waitFor();
    assert.match(await editor().inputValue(), /kind: StatefulSet/, kept);
  }
});

test('a language that does not come leaves all as it was', async () => {
  const poor = await serve({ without: /zh-CN/ });
  const quiet = await open(browser, poor.url, { isQuiet: true });
  await steps(quiet.page, 6);
  await quiet.page.getByRole('button', { name: '中文' }).click();
  await quiet.page.locator('.notice-bar').waitFor();
  assert.match(await quiet.page.locator('.notice-bar').innerText(), /could not be loaded/);
  assert.equal((await snapshot(quiet.page)).step, 6);
  await quiet.close();
  const chinese = await open(browser, poor.url, { isQuiet: true, locale: 'zh-CN' });
  assert.equal(await chinese.page.getAttribute('html', 'lang'), 'en');
  await chinese.close();
  poor.stop();
});

test('a text of a megabyte is kept, shown, and read when it is run', async () => {
  const text = '# a comment line\n'.repeat(60_000);
  await editor().evaluate((it, value) => { it.value = value; it.dispatchEvent(new Event('input', { bubbles: true })); }, text);
  await settled(page);
  assert.match(await page.locator('.findings-summary').textContent(), /read when you run/);
  await press('Run from start');
  assert.equal(await editor().inputValue(), text);
  assert.equal(await page.locator('.code-line').count(), 0);
});

test('what was refused is still not applied, and Reset starts from what was', async () => {
  const text = await editor().inputValue();
  await write('foo: : bar\n');
  await press('Apply now');
  assert.ok(await page.getByText('edited, not applied').isVisible());
  await press('Reset');
  await steps(page, 1);
  assert.match(await page.getByRole('log').textContent(), /kubectl apply -f manifest\.yaml/);
  assert.equal((await snapshot(page)).files[0].text, text);
});

test('sets of one name in two namespaces are two', async () => {
  const set = (namespace) => `apiVersion: v1\nkind: Namespace\nmetadata: {name: ${namespace}}\n---\napiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db, namespace: ${namespace}}\nspec:\n  replicas: 2\n  serviceName: db\n  selector: {matchLabels: {app: db}}\n  template:\n    metadata: {labels: {app: db}}\n    spec: {containers: [{name: c, image: nginx}]}\n`;
  await write(`${set('a')}---\n${set('b')}`);
  await press('Run from start');
  for (let n = 0; n < 3; n++) await press('Until ready');
  assert.deepEqual(await page.locator('.lane-name').allTextContents(), ['a/db-0', 'a/db-1', 'b/db-0', 'b/db-1']);
  assert.match(await page.locator('.set').nth(1).textContent(), /namespace b/);
  assert.ok(await page.getByRole('button', { name: 'Delete b/db-0' }).isVisible());
});

test('names of sixty letters stay in their places', async () => {
  const name = 'a'.repeat(46);
  await write((await editor().inputValue()).replaceAll('nginx', name).replaceAll(`${name}:1.9.1`, 'nginx:1.9.1'));
  await press('Run from start');
  await press('Until ready');
  for (const width of [1280, 390]) {
    await page.setViewportSize({ width, height: 800 });
    for (const tab of await page.getByRole('tab').all()) {
      await tab.click();
      await settled(page);
      await assertFits(page, `${width}: ${await tab.textContent()}`);
    }
  }
});

test('several commands pasted into the terminal run one after another', async () => {
  await page.locator('#terminal-input').focus();
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.setData('text', 'kubectl get nodes\nkubectl get ns\n');
    document.getElementById('terminal-input').dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  });
  await press('Until ready');
  assert.match(await page.getByRole('log').textContent(), /\$ kubectl get nodes[^]*node-3[^]*\$ kubectl get ns[^]*kube-system/);
});

test('Step moves no more than its panel', async () => {
  await page.setViewportSize({ width: 1280, height: 400 });
  await page.evaluate(() => scrollTo(0, 300));
  const before = await page.evaluate(() => scrollY);
  for (let n = 0; n < 10; n++) await page.keyboard.press('.');
  await settled(page);
  assert.equal(await page.evaluate(() => scrollY), before);
});
