// What a reader sees of claims, earlier pods, nodes and other workloads, and what they can let go wrong.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAccessible, assertFits, page, settled, snapshot, visitEach } from './page.mjs';

visitEach();

const press = (name) => page.getByRole('button', { name, exact: true }).click().then(() => settled(page));
const set = (replicas, more = '') => `apiVersion: apps/v1
kind: StatefulSet
metadata: {name: web}
spec:
  replicas: ${replicas}
  podManagementPolicy: Parallel
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: c, image: nginx, ports: [{containerPort: 80}]}]}
  volumeClaimTemplates:
  - metadata: {name: www}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
${more}`;
async function run(text) {
  await page.locator('.code-input').fill(text);
  await press('Run from start');
  await press('Until ready');
}
async function type(line) {
  await page.locator('#terminal-input').fill(line);
  await page.keyboard.press('Enter');
  await settled(page);
}
/** Opens the list of faults of an object and picks one. */
async function fault(object, name) {
  await page.getByRole('button', { name: `What can go wrong with ${object}` }).click();
  await page.getByRole('dialog').waitFor();
  await assertAccessible(page, `faults of ${object}`);
  await page.getByRole('dialog').getByRole('button', { name }).click();
  await settled(page);
}

test('a claim stays where its pod is gone, and so does what was there', async () => {
  await run(set(2));
  const column = page.locator('.column').nth(1);
  assert.match(await column.locator('.claim').innerText(), /www-web-1[\s\S]*Bound · 1Gi[\s\S]*pvc-/);
  const { ip } = (await snapshot(page)).statefulSets[0].columns[1].pod;
  await type('kubectl scale sts web --replicas=1');
  await press('Until ready');
  assert.equal(await column.locator('.pod').count(), 0);
  assert.match(await column.locator('.claim').innerText(), /kept: no pod uses it/);
  assert.equal(await column.locator('s').innerText(), ip);
  await column.getByText('Earlier pods: 1').click();
  assert.match(await column.locator('.history li').innerText(), /^1st: 10\.42/);
  await assertAccessible(page, 'a kept claim');
});

test('nodes show their pods, and the step is marked there', async () => {
  await run(set(4));
  await press('By node');
  assert.equal(await page.locator('.column:visible').count(), 0);
  assert.equal(await page.locator('.resident[data-tone=ready]').count(), 4);
  await assertAccessible(page, 'by node');
  await assertFits(page, 'by node');
  await fault('node/node-1', /Cut its power/);
  await press('Play');
  await page.locator('.node', { hasText: 'NotReady' }).waitFor({ timeout: 60_000 });
  await press('Pause');
  await press('By ordinal');
  assert.equal(await page.locator('.column:visible').count(), 4);
});

test('a fault is a command the reader sees, and its end is offered next', async () => {
  await run(set(2));
  await fault('pod/web-0', /Hold its deletion/);
  assert.match(await page.getByRole('log').textContent(), /\$ kubectl patch pod web-0 .*finalizers/);
  await page.getByRole('button', { name: 'What can go wrong with pod/web-0' }).click();
  await page.getByRole('dialog').getByRole('button', { name: /Take the finalizer away/ }).waitFor();
  await page.keyboard.press('Escape');
  await fault('pod/web-1', /Crash/);
  await press('Step');
  for (let n = 0; n < 12 && !(await snapshot(page)).statefulSets[0].columns[1].pod.restarts; n++) await press('Step');
  assert.equal((await snapshot(page)).statefulSets[0].columns[1].pod.restarts, 1);
  await fault('persistentvolumeclaim/www-web-0', /Failing storage/);
  await type('kubectl scale sts web --replicas=3');
  await press('Until ready');
  assert.ok(await page.locator('.claim', { hasText: 'cannot reach its storage' }).count());
});

test('a Deployment stands with its pods, a deleted set with those still there', async () => {
  await run(set(2, `---
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  replicas: 2
  selector: {matchLabels: {app: api}}
  template:
    metadata: {labels: {app: api}}
    spec: {containers: [{name: c, image: nginx}]}
`));
  await page.getByRole('heading', { name: 'deployment/api' }).waitFor();
  assert.equal(await page.locator('.set', { hasText: 'deployment/api' }).locator('.pod').count(), 2);
  await type('kubectl delete sts web --wait=false');
  for (let n = 0; n < 4; n++) await press('Step');
  assert.match(await page.locator('.set', { hasText: 'statefulset/web' }).innerText(), /deleted, its pods are still there/);
  await assertAccessible(page, 'a deleted set');
});

test('two hundred pods are small, three hundred are groups', async () => {
  page.setDefaultTimeout(120_000);
  await run(set(200));
  assert.equal(await page.locator('.column').count(), 200);
  await assertFits(page, '200 pods');
  await run(set(300));
  const groups = page.locator('.column', { hasText: 'pods:' });
  assert.ok(await groups.count());
  assert.ok(await page.locator('.column').count() < 60);
  await assertAccessible(page, 'groups');
});
