// The code editor comes when a mouse does, in the strict policy, and says what the engine says at its place.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAccessible, browser, open, page, settled, snapshot, steps, visitEach } from './page.mjs';
import { serve } from './server.mjs';

visitEach();

const code = () => page.locator('.cm-content');
async function bring() {
  await page.locator('.code').hover();
  await code().waitFor();
}
const text = () => page.evaluate(async () => {
  const { playground } = await import('./pkg/main.js');
  return JSON.parse((await playground).engine.link()).manifest;
});
/** The text of the editor, as it is applied. */
async function applied() {
  await page.getByRole('button', { name: 'Run from start' }).click();
  await settled(page);
  return text();
}
/** Pasted over what stands there. */
async function write(content) {
  await code().press('Control+a');
  await code().evaluate((it, pasted) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', pasted);
    it.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }, content);
  await settled(page);
}
/** Takes what is offered. The editor does not mind Enter before an offer has stood for a moment: its clock goes on. */
let ahead = 0;
async function take() {
  ahead += 1000;
  await page.clock.setSystemTime(Date.now() + ahead);
  await page.keyboard.press('Enter');
}
/** The caret at the end of the text. */
const end = () => code().press('Control+End');

test('it takes over the text, the marks and the name of the plain field', async () => {
  const plain = await page.locator('.code-input').inputValue();
  await steps(page, 6);
  await bring();
  assert.equal(await page.getByRole('textbox', { name: 'Manifests' }).count(), 1);
  assert.equal(await applied(), plain);
  await steps(page, 6);
  assert.ok((await snapshot(page)).current.line, 'the step is about a manifest');
  assert.equal(await page.locator('.cm-current').count(), 1);
  await assertAccessible(page, 'the code editor');
  await page.getByRole('button', { name: '中文' }).click();
  await page.getByRole('textbox', { name: '清单' }).waitFor();
});

test('a caret in the plain field is where it was', async () => {
  const plain = page.locator('.code-input');
  await plain.focus();
  await plain.evaluate((it) => it.setSelectionRange(10, 10));
  await page.keyboard.type('x');
  await code().waitFor();
  await page.keyboard.type('yz');
  assert.match(await applied(), /^apiVersionxyz: v1/);
});

test('Esc leaves it, Tab goes on from there, and single keys work again', async () => {
  await bring();
  await code().click();
  await page.keyboard.press('.');
  assert.equal((await snapshot(page)).step, 0, 'a full stop is text there');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Tab');
  assert.ok(await page.evaluate(() => !document.activeElement?.matches('.code-editor, body')), 'Tab leaves');
  await page.keyboard.press('.');
  assert.equal((await snapshot(page)).step, 1);
});

test('what could stand there is offered, with its type', async () => {
  await bring();
  await write('apiVersion: apps/v1\nkind: StatefulSet\nmetadata:\n  name: web\nspec:\n  ');
  await end();
  await page.keyboard.type('podM');
  const options = page.locator('.cm-tooltip-autocomplete li');
  await options.first().waitFor();
  assert.match(await options.first().textContent(), /podManagementPolicy.*PodManagementPolicyType/);
  await assertAccessible(page, 'options');
  await take();
  await page.keyboard.type('P');
  await options.filter({ hasText: 'Parallel' }).waitFor();
  await take();
  assert.match(await applied(), /podManagementPolicy: Parallel/);
  await page.getByRole('button', { name: '中文' }).click();
  await end();
  await page.keyboard.type('\nrev');
  await page.getByRole('listbox', { name: '补全候选' }).waitFor();
});

test('an error is marked at its place, and one press puts it right', async () => {
  await bring();
  await write('apiVersion: v1\nkind：ConfigMap\nmetadata:\n  name: “db”\n');
  await page.locator('.cm-lintRange-error').first().waitFor();
  for (let n = 0; n < 4; n++) {
    const mend = page.getByRole('button', { name: 'Put it right' }).first();
    if (!await mend.count()) break;
    await mend.click();
    await settled(page);
  }
  assert.equal(await page.locator('.cm-lintRange-error').count(), 0);
  assert.match(await applied(), /kind: ConfigMap\nmetadata:\n {2}name: "db"/);
});

test('a field tells what it is', async () => {
  await bring();
  const line = page.locator('.cm-line', { hasText: 'replicas' });
  await line.hover({ position: { x: 40, y: 8 } });
  await page.locator('.cm-field').waitFor();
  assert.match(await page.locator('.cm-field').textContent(), /spec\.replicas.*int32.*1/);
});

test('without it the plain field stays', async () => {
  const bare = await serve({ without: /^pkg\/part-code/ });
  const other = await open(browser, bare.url, { isQuiet: true });
  await other.page.locator('.code').hover();
  await other.page.locator('.code-input').fill('# mine\n');
  assert.equal(await other.page.locator('.code-input').inputValue(), '# mine\n');
  await other.close();
  bare.stop();
});
