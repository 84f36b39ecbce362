// The playground in other people's pages: the element, the classic script, the iframe, the one file. What is tested is
// what `./x dist` made.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, test } from 'node:test';
import { assertAccessible, launch } from './page.mjs';
import { DIST, POLICY, serve } from './server.mjs';

const TYPES = "; require-trusted-types-for 'script'; trusted-types 'none'";
const YAML = `apiVersion: v1
kind: Service
metadata: {name: db}
spec: {clusterIP: None, selector: {app: db}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  serviceName: db
  replicas: 3
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec: {containers: [{name: db, image: 'nginx:1.27'}]}
`;
/** What an author's page does with what an iframe tells. */
const LISTEN = 'globalThis.heard = []; addEventListener("message", ({ data }) => { if (data.type === "statefulset-playground") heard.push(data); });';
const article = (body, script = '<script type="module" src="pkg/element.js"></script>') => (
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>An article</title><link rel="icon" href="data:,">${script}<main><h1>An article</h1>${body}</main></html>`);

const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

/** A visit to a page in which nothing may go wrong. */
async function visit(url, { isQuiet = false, ...context } = {}) {
  const page = await (await browser.newContext({ viewport: { width: 1000, height: 800 }, reducedMotion: 'reduce', ...context })).newPage();
  const troubles = [];
  if (!isQuiet) {
    page.on('console', (it) => ['error', 'warning'].includes(it.type()) && troubles.push(it.text()));
    page.on('pageerror', (it) => troubles.push(String(it.stack)));
    page.on('requestfailed', (it) => troubles.push(`failed: ${it.url()}`));
  }
  await page.goto(url);
  return { page, async close() { await page.context().close(); assert.deepEqual(troubles, []); } };
}

/** The same, of a page that stands beside the files of dist. */
async function read(html, { policy = `${POLICY}; img-src data:`, path = '/', ...options } = {}) {
  const site = await serve({ root: DIST, path, policy, pages: { 'article.html': html, 'listen.js': LISTEN } });
  const { page, close } = await visit(`${site.url}article.html`, options);
  return { page, site, async close() { await close(); site.stop(); } };
}

const element = (page, index = 0) => page.locator('statefulset-playground').nth(index);
const runs = (page, index = 0) => page.waitForFunction((it) => document.querySelectorAll('statefulset-playground')[it]?.running, index);
const seen = (page, index = 0) => element(page, index).evaluate((it) => it.snapshot());
const settled = (page) => page.evaluate(() => new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)); }));

test('the element runs the manifests and commands in it, under a sub-path, with a strict policy and Trusted Types', async () => {
  const { page, site, close } = await read(article(`<statefulset-playground step="ready" commands="kubectl get svc">
    <pre><code class="language-yaml">${YAML.replace(/^/gm, '      ')}</code></pre>
    <pre><code class="language-console">$ kubectl get pods
NAME</code></pre></statefulset-playground>`), { path: '/some/where/', policy: `${POLICY}; img-src data:${TYPES}` });
  await runs(page);
  const { statefulSets, terminal } = await seen(page);
  assert.equal(statefulSets[0].ready, 3);
  assert.match(terminal.lines.map((it) => it.text).join('\n'), /\$ kubectl get pods[^]*\$ kubectl get svc/);
  await element(page).getByRole('textbox', { name: 'Command line' }).fill('kubectl delete pod db-1');
  await page.keyboard.press('Enter');
  await element(page).getByRole('button', { name: 'Until ready' }).click();
  await settled(page);
  assert.match(await element(page).locator('.panel-terminal').textContent(), /pod "db-1" deleted/);
  await assertAccessible(page, 'an article with a lesson');
  assert.deepEqual(site.missing, []);
  await close();
});

test('ten on a page share one engine, start when they come near, and end when they are taken out', async () => {
  const figures = Array.from({ length: 10 }, (_, seed) => `<p>Figure ${seed}</p><statefulset-playground size="figure" seed="${seed}" step="${seed}"></statefulset-playground>`);
  const { page, site, close } = await read(article(figures.join('\n')));
  await runs(page, 0);
  assert.equal(await element(page, 9).evaluate((it) => it.running), false, 'the last one is far away');
  for (let at = 0; at < 10; at++) {
    await element(page, at).scrollIntoViewIfNeeded();
    await runs(page, at);
  }
  await settled(page);
  for (let at = 0; at < 10; at++) assert.equal((await seen(page, at)).step, at);
  assert.equal(site.asked.filter((it) => it.endsWith('.wasm')).length, 1);
  assert.equal(site.asked.filter((it) => it.endsWith('element.css')).length, 1);
  await element(page, 3).getByRole('button', { name: 'Step', exact: true }).click();
  await settled(page);
  assert.deepEqual([(await seen(page, 3)).step, (await seen(page, 4)).step], [4, 4], 'one moves alone');
  // Moved it goes on; taken out it ends, and put back it is where it was.
  const steps = await page.evaluate(async () => {
    const it = document.querySelectorAll('statefulset-playground')[3];
    document.body.prepend(it);
    await null;
    const moved = [it.running, it.snapshot().step];
    it.remove();
    await null;
    const gone = [it.running, it.snapshot()];
    it.setAttribute('loading', 'eager');
    document.body.prepend(it);
    await new Promise((done) => { it.addEventListener('playground-ready', done, { once: true }); });
    return [moved, gone, [it.running, it.snapshot().step]];
  });
  assert.deepEqual(steps, [[true, 4], [false, null], [true, 4]]);
  await close();
});

test('a figure is read-only, and goes through its story', async () => {
  const { page, close } = await read(article('<statefulset-playground size="figure" step="ready"></statefulset-playground>'));
  await runs(page);
  const figure = element(page);
  assert.ok((await figure.boundingBox()).height <= 330);
  assert.equal(await figure.getByRole('button', { name: /Delete/ }).count(), 0);
  const before = await seen(page);
  await figure.evaluate((it) => it.dispatch({ do: 'type', line: 'kubectl delete sts web' }));
  assert.deepEqual(await seen(page), before);
  await figure.getByRole('button', { name: 'Back' }).click();
  await settled(page);
  assert.equal((await seen(page)).step, before.step - 1);
  await assertAccessible(page, 'an article with a figure');
  await close();
});

test('attributes can change, and events tell', async () => {
  const { page, close } = await read(article('<statefulset-playground size="full" loading="eager"></statefulset-playground>'));
  await runs(page);
  const told = await element(page).evaluate(async (it) => {
    const heard = [];
    it.addEventListener('playground-step', (event) => heard.push(event.detail.step));
    it.dispatch({ do: 'step' });
    await new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)); });
    it.setAttribute('step', '5');
    await new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)); });
    return heard;
  });
  assert.deepEqual(told, [1, 5]);
  await element(page).evaluate((it) => { it.lang = 'zh-CN'; it.setAttribute('theme', 'dark'); });
  await element(page).getByRole('button', { name: '前进' }).waitFor();
  assert.equal(await page.getAttribute('html', 'lang'), 'en', 'the article keeps its language');
  assert.equal(await page.title(), 'An article');
  await assertAccessible(page, 'dark, in Chinese');
  await element(page).evaluate((it) => { it.setAttribute('seed', '7'); it.setAttribute('step', '2'); });
  await page.waitForFunction(() => document.querySelector('statefulset-playground').snapshot()?.step === 2);
  await close();
});

test('styles leak neither in nor out', async () => {
  const hostile = '* { text-transform: uppercase; letter-spacing: 3px } button { display: none } html { font-size: 62.5% } p { color: rgb(1, 2, 3) }';
  const { page, close } = await read(article('<p>Text</p><statefulset-playground></statefulset-playground>', `<style>${hostile}</style><script type="module" src="pkg/element.js"></script>`), { policy: "default-src 'self'; img-src data:; script-src 'self' 'wasm-unsafe-eval'; style-src 'unsafe-inline'" });
  await runs(page);
  const styles = await element(page).getByRole('button', { name: 'Step', exact: true }).evaluate((it) => {
    const { textTransform, letterSpacing, display, fontSize } = getComputedStyle(it);
    return { textTransform, letterSpacing, display, fontSize };
  });
  assert.deepEqual(styles, { textTransform: 'none', letterSpacing: 'normal', display: 'flex', fontSize: '15px' });
  assert.equal(await page.locator('main > p').evaluate((it) => getComputedStyle(it).color), 'rgb(1, 2, 3)');
  await close();
});

test('where WebAssembly is forbidden, the author’s text stays and what is missing is named', async () => {
  const { page, close } = await read(article(`<statefulset-playground><pre>${YAML}</pre></statefulset-playground>`), { policy: "default-src 'self'; img-src data:; style-src 'self'", isQuiet: true });
  await element(page).getByRole('alert').waitFor();
  assert.match(await element(page).getByRole('alert').textContent(), /'wasm-unsafe-eval'/);
  assert.ok(await element(page).locator('pre').first().isVisible());
  await close();
});

test('without scripts, the manifests can be read', async () => {
  const { page, close } = await read(article(`<statefulset-playground><pre>${YAML}</pre></statefulset-playground>`), { javaScriptEnabled: false });
  assert.ok(await page.getByText('kind: StatefulSet').isVisible());
  await close();
});

test('the classic script has everything inside, and gives the cluster too', async () => {
  const { page, site, close } = await read(article('<statefulset-playground step="ready"></statefulset-playground>', '<script src="pkg/element.iife.js"></script>'));
  await runs(page);
  assert.deepEqual(site.asked, ['article.html', 'pkg/element.iife.js']);
  const printed = await page.evaluate(async (yaml) => {
    const cluster = await globalThis.StatefulSetPlayground.Cluster.create();
    cluster.apply(yaml);
    cluster.run('ready');
    return cluster.exec('kubectl get pods -o name').output;
  }, YAML);
  assert.equal(printed, 'pod/db-0\npod/db-1\npod/db-2\n');
  await close();
});

test('in a sandboxed iframe it runs, and tells its height', async () => {
  const query = new URLSearchParams({ size: 'lesson', step: 'ready', yaml: YAML, cmd: 'kubectl get pods', lang: 'zh-CN' });
  const { page, close } = await read(article(`<iframe title="A playground" sandbox="allow-scripts" width="900" height="600" src="embed.html?${query}"></iframe>`, '<script src="listen.js"></script>'));
  const frame = page.frames()[1] ?? await page.waitForEvent('frameattached');
  await frame.waitForFunction(() => document.querySelector('statefulset-playground')?.running);
  assert.equal(await frame.evaluate(() => globalThis.origin), 'null');
  assert.equal(await frame.evaluate(() => document.querySelector('statefulset-playground').snapshot().statefulSets[0].ready), 3);
  await frame.getByRole('button', { name: '后退' }).click();
  await page.waitForFunction(() => globalThis.heard?.some((it) => it.height > 300) && globalThis.heard.some((it) => it.event === 'step'));
  await close();
});

test('the one file opens from disk and asks for nothing', async () => {
  const asked = [];
  const { page, close } = await visit('about:blank');
  page.on('request', (it) => asked.push(it.url()));
  await page.goto(`file://${DIST}playground.html`);
  await page.getByRole('button', { name: 'Until ready' }).click();
  await page.getByText('2/2 ready').waitFor();
  await page.getByRole('button', { name: '中文' }).click();
  await page.getByRole('button', { name: '前进' }).waitFor();
  assert.deepEqual(asked.filter((it) => !it.startsWith('data:')), [`file://${DIST}playground.html`]);
  await assertAccessible(page, 'from disk');
  await close();
});

/** The text of a file that the page hands over. */
async function downloaded(page, name) {
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name }).click()]);
  const path = join(mkdtempSync(join(tmpdir(), 'playground-')), file.suggestedFilename());
  await file.saveAs(path);
  return path;
}

test('the page can be taken along as one file with its state, and that file again', async () => {
  const site = await serve({ root: DIST });
  const { page, close } = await visit(site.url, { acceptDownloads: true });
  await page.getByRole('button', { name: 'Until ready' }).click();
  await page.locator('#terminal-input').fill('kubectl delete pod web-1 # </script><!--');
  await page.keyboard.press('Enter');
  const moment = (of) => of.locator('.place').textContent();
  const [here, terminal] = [await moment(page), await page.getByRole('log').textContent()];
  await page.getByRole('button', { name: 'Share' }).click();
  let path = await downloaded(page, 'This page as one file');
  for (let time = 0; time < 2; time++) {
    const other = await visit(`file://${path}`, { acceptDownloads: true });
    await other.page.locator('.header').waitFor();
    await settled(other.page);
    assert.deepEqual([await moment(other.page), await other.page.getByRole('log').textContent()], [here, terminal]);
    await other.page.getByRole('button', { name: 'Share' }).click();
    if (time === 0) path = await downloaded(other.page, 'This page as one file');
    await other.close();
  }
  await assertAccessible(page, 'the dialog with code');
  await close();
  site.stop();
});

test('the code that Share gives an author leads to the same moment', async () => {
  const site = await serve({ root: DIST });
  const { page, close } = await visit(site.url);
  await page.getByRole('button', { name: 'Until ready' }).click();
  await page.getByText('2/2 ready').waitFor();
  const { step } = JSON.parse(await page.evaluate(async () => (await (await import('./pkg/main.js')).playground).engine.snapshotText()));
  await page.getByRole('button', { name: 'Share' }).click();
  const code = page.getByLabel('Code to copy');
  for (const form of ['Element', 'Frame']) {
    await page.getByLabel('Form').selectOption({ label: form });
    // A policy of the author's that lets the code in.
    const host = await serve({ root: DIST, pages: { 'article.html': article(await code.inputValue(), '') }, policy: "default-src 'self'; img-src data:; script-src * 'wasm-unsafe-eval'; connect-src *; frame-src *" });
    const other = await visit(`${host.url}article.html`, { isQuiet: form === 'Element' });
    const frame = form === 'Frame' ? other.page.frames().at(-1) : other.page;
    if (form === 'Frame') {
      await frame.waitForFunction(() => document.querySelector('statefulset-playground')?.running);
      assert.equal((await frame.evaluate(() => document.querySelector('statefulset-playground').snapshot())).step, step);
    } else assert.match(await code.inputValue(), new RegExp(`src="${site.url}pkg/element.js"[^]*link="#s=1\\.[^]*kind: StatefulSet`));
    await other.close();
    host.stop();
  }
  await page.getByLabel('Form').selectOption({ label: 'Markdown with the manifests' });
  assert.match(await code.inputValue(), /^```yaml\napiVersion[^]*```\n\n\[StatefulSet playground\]\(http/);
  await close();
  site.stop();
});

test('once loaded, everything goes on without a network', async () => {
  const { page, close } = await read(article('<statefulset-playground size="full"></statefulset-playground>'));
  await runs(page);
  await page.context().setOffline(true);
  await element(page).getByRole('button', { name: 'Until ready' }).click();
  await element(page).getByText('2/2 ready').waitFor();
  for (const tab of await element(page).getByRole('tab').all()) if (await tab.isVisible()) await tab.click();
  await close();
});

test('a lesson in an article: its text beside its cluster, in the language of the article', async () => {
  for (const [lang, title] of [['en', /^Ordered creation/], ['zh-CN', /^按序创建/]]) {
    const { page, close } = await read(article(`<statefulset-playground lang="${lang}" size="full" lesson="ordered-creation"></statefulset-playground>`), { width: 1280 });
    await element(page).getByRole('heading', { name: title }).waitFor();
    await page.waitForFunction(() => document.querySelector('statefulset-playground').snapshot().statefulSets[0]?.name !== 'web');
    assert.ok(await page.evaluate(() => document.activeElement === document.body), 'the reader stays in the article');
    await assertAccessible(page, `a lesson in ${lang}`);
    await close();
  }
});

test('the code editor comes to an element when a reader goes to its manifests', async () => {
  const { page, site, close } = await read(article('<statefulset-playground size="full"></statefulset-playground>'), { width: 1280 });
  await runs(page);
  assert.ok(!site.asked.includes('pkg/code.js'));
  const tab = element(page).getByRole('tab', { name: 'Manifest' });
  if (await tab.isVisible()) await tab.click();
  await element(page).getByRole('textbox', { name: 'Manifest' }).hover();
  await element(page).locator('.cm-content').waitFor();
  assert.ok(site.asked.includes('pkg/code.js'));
  await close();
});

test('what is published can be checked: hashes, and no path of the machine it was built on', () => {
  const integrity = JSON.parse(readFileSync(`${DIST}integrity.json`, 'utf8'));
  assert.ok(integrity['pkg/element.js'].startsWith('sha384-'));
  for (const name of Object.keys(integrity)) {
    const text = readFileSync(DIST + name, 'latin1');
    assert.ok(!text.includes(ROOT), `${name} names the folder it was built in`);
    // What std is made of comes compiled with the compiler, where that is Debian's.
    assert.doesNotMatch(text.match(/.cargo\/registry\/[ -~]{0,80}/g)?.filter((it) => !/\/(?:hashbrown|dlmalloc)-/.test(it)).join() ?? '', /./, name);
  }
});
