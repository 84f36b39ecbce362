// What a reader writes: manifests, transcripts, commands. Nothing written is lost.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAccessible, page, ready, settled, snapshot, visitEach } from './page.mjs';

visitEach();

const press = (name) => page.getByRole('button', { name, exact: true }).click({ force: true }).then(() => settled(page));
const editor = () => page.getByRole('textbox', { name: 'Manifests' });
const log = () => page.getByRole('log').textContent();
async function type(line) {
  await page.locator('#terminal-input').fill(line);
  await page.keyboard.press('Enter');
  await settled(page);
}

test('the article stands in the editor, and Step works at once', async () => {
  const text = await editor().inputValue();
  assert.match(text, /clusterIP: None/);
  assert.match(text, /replicas: 2/);
  assert.match(await page.locator('.findings-summary').textContent(), /service\/nginx, statefulset/);
});

test('an unknown field has its line and column, and the text is kept', async () => {
  const text = (await editor().inputValue()).replace('replicas: 2', 'replica: 2');
  await editor().fill(text);
  await settled(page);
  const line = text.split('\n').findIndex((it) => it.includes('replica:')) + 1;
  const finding = page.locator('.diagnostic').first();
  assert.match(await finding.textContent(), new RegExp(`${line}:3`));
  assert.match(await finding.textContent(), /spec\.replica/);
  assert.match(await finding.textContent(), /Did you mean .*replicas/);
  assert.equal(await page.locator('.code-line[data-severity=error]').count(), 1);
  await assertAccessible(page, 'with an error');
  await finding.click();
  const caret = await editor().evaluate((it) => it.value.slice(0, it.selectionStart).split('\n').length);
  assert.equal(caret, line);
  await press('Run from start');
  assert.equal(await editor().inputValue(), text);
});

test('broken YAML has a place too, and nothing pasted is lost', async () => {
  const text = 'apiVersion: v1\nkind: Service\nmetadata:\n\tname: x\n';
  await editor().fill(text);
  await settled(page);
  assert.match(await page.locator('.diagnostic').first().textContent(), /4:\d+/);
  await press('Run from start');
  await page.getByRole('button', { name: 'Step', exact: true }).click();
  assert.equal(await editor().inputValue(), text);
  await editor().fill('');
  await settled(page);
  assert.match(await page.locator('.findings-summary').textContent(), /Paste manifests/);
});

test('Run from start runs what stands in the editor', async () => {
  await editor().fill((await editor().inputValue()).replace('replicas: 2', 'replicas: 3'));
  await settled(page);
  assert.ok(await page.getByText('edited, not applied').isVisible());
  await press('Run from start');
  assert.ok(!(await page.getByText('edited, not applied').isVisible()));
  await ready(page);
  assert.equal((await snapshot(page)).statefulSets[0].replicas, 3);
});

test('Apply now changes the cluster where it stands', async () => {
  await ready(page);
  await editor().fill((await editor().inputValue()).replace('replicas: 2', 'replicas: 3'));
  await press('Apply now');
  await press('Until ready');
  const { statefulSets: [set] } = await snapshot(page);
  assert.equal(set.replicas, 3);
  assert.equal(set.columns.length, 3);
});

test('a transcript shows the commands found in it, and offers the version of its time', async () => {
  await editor().fill("$ cat >> svc.yml << EOF\napiVersion: v1\nkind: Service\nmetadata:\n  name: nginx\nspec:\n  clusterIP: None\n  ports:\n  - port: 80\n    name: web\n  selector:\n    app: nginx\nEOF\n$ kubectl apply -f svc.yml\n$ kubectl get pods -w -l app=nginx\nNAME      READY     STATUS    RESTARTS   AGE\nweb-0     0/1       Pending   0          0s\n");
  await settled(page);
  await page.getByText(/Commands found: \d/).click();
  assert.match(await page.locator('.commands').textContent(), /kubectl apply -f svc\.yml/);
  const offer = page.getByRole('button', { name: /Restart as Kubernetes v1\.22/ });
  if (await offer.count()) {
    await offer.click();
    await settled(page);
    assert.equal((await snapshot(page)).kubernetes, 'v1.22');
    assert.match(await page.locator('.version').textContent(), /v1\.22/);
  }
});

test('a command is typed, answered and remembered', async () => {
  await ready(page);
  await type('kubectl get pods');
  assert.match(await log(), /\$ kubectl get pods/);
  assert.match(await log(), /web-0 +1\/1 +Running/);
  await type('kubectl get svc');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  assert.equal(await page.locator('#terminal-input').inputValue(), 'kubectl get pods');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  assert.equal(await page.locator('#terminal-input').inputValue(), '');
});

test("an input method's Enter sends nothing", async () => {
  const before = (await snapshot(page)).terminal.lines.length;
  await page.locator('#terminal-input').fill('kubectl');
  await page.locator('#terminal-input').evaluate((it) => {
    it.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true, cancelable: true }));
    it.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', keyCode: 229, bubbles: true, cancelable: true }));
  });
  assert.equal(await page.locator('#terminal-input').inputValue(), 'kubectl');
  assert.equal((await snapshot(page)).terminal.lines.length, before);
});

test('Ctrl-C ends a watch, by button and by key', async () => {
  await ready(page);
  for (const end of [() => press('Ctrl-C'), () => page.keyboard.press('Control+c')]) {
    await type('kubectl get pods -w');
    assert.equal((await snapshot(page)).terminal.busy, true);
    await end();
    await settled(page);
    assert.equal((await snapshot(page)).terminal.busy, false);
  }
});

test('a command can be tapped', async () => {
  await ready(page);
  await page.locator('.chips button', { hasText: 'kubectl get statefulset web' }).click();
  await settled(page);
  assert.match(await log(), /\$ kubectl get statefulset web/);
});

test('in the past, a command opens another future', async () => {
  await ready(page);
  const { steps } = await snapshot(page);
  for (let n = 0; n < 4; n++) await press('Back');
  await type('kubectl get pods');
  assert.ok((await snapshot(page)).steps < steps + 1);
  assert.match(await log(), /\$ kubectl get pods/);
});
