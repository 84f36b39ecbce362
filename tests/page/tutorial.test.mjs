// Steps of the tutorial "StatefulSet Basics" through the page, with its two terminals; and Tab, which is no trap.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { assertAccessible, page, settled, snapshot, visitEach } from './page.mjs';

const TUTORIAL = JSON.parse(readFileSync(new URL('../tutorial/basic.json', import.meta.url), 'utf8'));

visitEach();

const INPUTS = ['#terminal-input', '#terminal-input-2'];
const VIEWS = ['terminal', 'second'];

/** What the reader sees of a terminal. */
const seen = (at) => page.locator('.session').nth(at).locator('.lines li').allTextContents();

async function press(name) {
  await page.getByRole('button', { name, exact: true }).click({ force: true });
  await settled(page);
}

/** Types a command and lets time pass until the prompt is back; gives the rows it printed. */
async function typed(command, at = 0) {
  const before = (await seen(at)).length;
  await page.locator(INPUTS[at]).fill(command);
  await page.locator(INPUTS[at]).press('Enter');
  await settled(page);
  for (let n = 0; n < 400 && (await snapshot(page))[VIEWS[at]].busy && at === 0; n++) await press('Step');
  return (await seen(at)).slice(before + 1);
}

/** A row's cells, without ages and addresses. */
const cells = (row) => row.replace(/ from default namespace$/, '').trim().split(/\s+/)
  .map((it) => it.replace(/^(\d+[smhd])+$/, 'age').replace(/^\d+(\.\d+){3}$/, 'address'));

/** Every row of the page appears, in order. */
function assertRows(step, printed) {
  const rows = printed.map(cells);
  for (const row of step.recorded ?? step.example_lines ?? []) {
    const wanted = cells(row);
    const at = rows.findIndex((it) => it.join(' ') === wanted.join(' '));
    assert.notEqual(at, -1, `${step.n}: no row "${row}" among\n${printed.join('\n')}`);
    rows.splice(0, at + 1);
  }
}

test('ten steps of StatefulSet Basics, one terminal watching', async () => {
  const steps = new Map(TUTORIAL.steps.map((it) => [it.n, it]));
  await page.getByRole('textbox', { name: 'Manifests' }).fill('');
  await press('Run from start');
  await press('Open a second terminal');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'terminal-input-2');
  await typed(steps.get(1).command, 1);
  for (const n of [2, 3, 4, 6, 7, 21, 22, 25]) {
    if (n === 3 || n > 22) for (let more = 0; more < 3; more++) await press('Until ready');
    assertRows(steps.get(n), await typed(steps.get(n).command));
  }
  assertRows(steps.get(5), await seen(1));
  for (let more = 0; more < 3; more++) await press('Until ready');
  assertRows(steps.get(27), await typed(steps.get(27).command));
  await assertAccessible(page, 'two terminals');
  await press('Close the second terminal');
  assert.equal((await snapshot(page)).second.busy, false, 'what ran there is stopped');
  assert.equal(await page.locator('.session:visible').count(), 1);
});

test('Tab completes, and Esc then Tab leaves', async () => {
  await page.locator(INPUTS[0]).focus();
  await page.keyboard.type('kubectl get statefuls');
  await page.keyboard.press('Tab');
  assert.equal(await page.locator(INPUTS[0]).inputValue(), 'kubectl get statefulsets ');
  await page.locator(INPUTS[0]).fill('kubectl rollout re');
  await page.keyboard.press('Tab');
  assert.equal(await page.locator(INPUTS[0]).inputValue(), 'kubectl rollout res');
  assert.equal(await page.locator('.session [role=status]').first().textContent(), 'restart  resume');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Tab');
  assert.notEqual(await page.evaluate(() => document.activeElement.id), 'terminal-input');
  await page.locator(INPUTS[0]).fill('');
  await page.locator(INPUTS[0]).focus();
  await page.keyboard.press('Tab');
  assert.notEqual(await page.evaluate(() => document.activeElement.id), 'terminal-input');
});

test('kubectl edit opens an editor: what is saved is applied, what is left is not', async () => {
  await page.getByRole('button', { name: 'Run from start' }).click();
  for (let more = 0; more < 3; more++) await press('Until ready');
  const dialog = page.getByRole('dialog', { name: 'kubectl edit sts web' });
  const text = dialog.getByRole('textbox');
  await page.locator(INPUTS[0]).fill('kubectl edit sts web');
  await page.keyboard.press('Enter');
  await dialog.waitFor();
  await assertAccessible(page, 'the editor of kubectl edit');
  await text.fill((await text.inputValue()).replace('replicas: 2', 'replicas: 3'));
  await dialog.getByRole('button', { name: 'Save and close' }).click();
  await settled(page);
  assert.equal((await seen(0)).at(-1), 'statefulset.apps/web edited');
  assert.equal((await snapshot(page)).statefulSets[0].replicas, 3);
  for (let more = 0; more < 3; more++) await press('Until ready');
  await page.locator(INPUTS[0]).fill('kubectl edit sts web');
  await page.keyboard.press('Enter');
  await dialog.waitFor();
  await text.fill((await text.inputValue()).replace('replicas: 3', 'replicas: -3'));
  await dialog.getByRole('button', { name: 'Save and close' }).click();
  await settled(page);
  assert.match(await text.inputValue(), /was not valid:\n# \* spec.replicas: Invalid value: -3/, 'it is opened again');
  await page.keyboard.press('Escape');
  await settled(page);
  assert.equal((await seen(0)).at(-1), 'error: Edit cancelled, no valid changes were saved.');
  await page.locator(INPUTS[0]).fill('kubectl edit sts web');
  await page.keyboard.press('Enter');
  await dialog.waitFor();
  await page.keyboard.press('Escape');
  await settled(page);
  assert.equal((await seen(0)).at(-1), 'Edit cancelled, no changes made.');
  assert.equal(await dialog.isVisible(), false);
  assert.equal(await page.evaluate(() => document.activeElement.id), 'terminal-input', 'typing goes on');
});

test('Ctrl-D leaves a client, then the shell it was begun in, and no more', async () => {
  await page.getByRole('button', { name: 'Run from start' }).click();
  await typed('kubectl run r --image=redis');
  for (let more = 0; more < 3; more++) await press('Until ready');
  await typed('kubectl exec -it r -- sh');
  await typed('redis-cli');
  const prompt = async () => (await snapshot(page)).terminal.prompt;
  assert.equal(await prompt(), '127.0.0.1:6379> ');
  for (const next of ['/ # ', '$ ', '$ ']) {
    await page.locator(INPUTS[0]).press('Control+d');
    await settled(page);
    assert.equal(await prompt(), next);
  }
});
