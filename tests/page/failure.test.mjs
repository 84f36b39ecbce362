// Where the engine cannot run, the page says what is missing and what still works.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible, launch, open } from './page.mjs';
import { POLICY, serve } from './server.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

async function failing(options, locale = 'en') {
  const site = await serve(options);
  const visit = await open(browser, site.url, { locale, isQuiet: true });
  const text = await visit.page.locator('main').innerText();
  const kept = await visit.page.getByRole('textbox').inputValue();
  await assertAccessible(visit.page, 'the message');
  await visit.close();
  site.stop();
  return { text, kept };
}

test('a policy without wasm-unsafe-eval is named, in each language, and the manifests can be read', async () => {
  const policy = POLICY.replace(" 'wasm-unsafe-eval'", '');
  const { text, kept } = await failing({ policy });
  assert.match(text, /Content-Security-Policy.*'wasm-unsafe-eval'/);
  assert.match(kept, /kind: StatefulSet/);
  assert.match((await failing({ policy }, 'zh-CN')).text, /模拟无法启动.*'wasm-unsafe-eval'/);
});

test('a missing engine is named', async () => {
  assert.match((await failing({ without: /^pkg\/statefulset/ })).text, /pkg\/ are missing.*\.\/x build/s);
});

test('without storage nothing is remembered and nothing breaks', async () => {
  const site = await serve();
  const context = await browser.newContext();
  await context.addInitScript(() => Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('blocked', 'SecurityError'); } }));
  const page = await context.newPage();
  const errors = [];
  page.on('pageerror', (error) => errors.push(error));
  await page.goto(site.url);
  await page.getByRole('button', { name: '中文' }).click();
  await page.getByRole('button', { name: '前进' }).waitFor();
  assert.deepEqual(errors, []);
  await context.close();
  site.stop();
});

test('without scripts the page says so and shows where the manifests are', async () => {
  const site = await serve();
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(site.url);
  assert.match(await page.locator('main').innerText(), /needs JavaScript modules[\s\S]*JavaScript/);
  await context.close();
  site.stop();
});

test('a breakdown in mid-run keeps the text', async () => {
  const site = await serve();
  const visit = await open(browser, site.url, { isQuiet: true });
  const { page } = visit;
  for (let n = 0; n < 3; n++) await page.getByRole('button', { name: 'Step', exact: true }).click();
  await page.getByText('step 3', { exact: true }).waitFor();
  await page.getByRole('textbox', { name: 'Manifests' }).fill('# mine');
  await page.evaluate(async () => {
    const { playground } = await import('./pkg/main.js');
    const { engine, dispatch } = await playground;
    engine.step = () => { throw new WebAssembly.RuntimeError('unreachable'); };
    dispatch({ do: 'step', size: 'change' });
  });
  await page.getByRole('alert').waitFor();
  assert.equal(await page.getByRole('textbox').inputValue(), '# mine');
  assert.match(await page.locator('main').innerText(), /unreachable/);
  const link = await page.getByRole('link', { name: /Link to where it broke/ }).getAttribute('href');
  const other = await open(browser, link);
  await other.page.getByText('step 3', { exact: true }).waitFor();
  await other.close();
  await visit.close();
  site.stop();
});

test('a part that cannot be fetched is named, the rest goes on, and it is tried again', async () => {
  let isGone = true;
  const site = await serve({ without: { test: (name) => isGone && /^pkg\/part-(doctor|share)/.test(name) } });
  const visit = await open(browser, site.url, { isQuiet: true });
  const { page } = visit;
  await page.getByRole('tab', { name: 'Doctor' }).click();
  assert.match(await page.getByRole('alert').innerText(), /could not be loaded/);
  await page.getByRole('button', { name: 'Share' }).click();
  await page.getByRole('status').filter({ hasText: 'could not be loaded' }).waitFor();
  await assertAccessible(page, 'two parts are missing');
  await page.getByRole('button', { name: 'Step', exact: true }).click();
  await page.getByText('step 1', { exact: true }).waitFor();
  isGone = false;
  await page.getByRole('tab', { name: 'Why' }).click();
  await page.getByRole('tab', { name: 'Doctor' }).click();
  await page.getByText('Nothing is wrong so far').waitFor();
  await visit.close();
  site.stop();
});
