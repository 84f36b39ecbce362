// Time goes forward and back, and back is exact.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawn, page, ready, settled, snapshot, state, steps, visitEach } from './page.mjs';

visitEach();

const press = (name) => page.getByRole('button', { name, exact: true }).click({ force: true }).then(() => settled(page));

test('Step applies the manifests and then shows one change after another', async () => {
  assert.equal(await page.getByRole('heading', { name: 'statefulset/web' }).count(), 0);
  await steps(page, 1);
  assert.equal((await snapshot(page)).step, 1);
  await steps(page, 5);
  assert.equal((await snapshot(page)).step, 6);
  assert.equal(await page.getByRole('heading', { name: 'statefulset/web' }).count(), 1);
  assert.match(await page.locator('.place').textContent(), /step 6/);
});

test('Back is exact, in the engine and in the picture', async () => {
  const seen = [];
  for (let n = 0; n < 14; n++) {
    seen.push(await state(page));
    await steps(page, 1);
  }
  const last = await state(page);
  await press('Back');
  const before = await drawn(page);
  for (let n = 13; n >= 0; n--) {
    // How far the run has come is known now; all else is as it was.
    const known = ({ end, steps: count, timeline, ...rest }) => rest;
    assert.deepEqual(known(await snapshot(page)), known(JSON.parse(seen[n])), `step ${n}`);
    await press('Back');
  }
  assert.equal((await snapshot(page)).atStart, true);
  await steps(page, 13);
  assert.deepEqual(await drawn(page), before, 'the same picture on the way there and back');
  await steps(page, 1);
  assert.equal(await state(page), last, 'the same bytes');
});

test('the current step is marked in picture, time, reason and manifest', async () => {
  let marked = 0;
  for (let n = 0; n < 12; n++) {
    await steps(page, 1);
    const { current } = await snapshot(page);
    assert.equal(await page.locator('.why-title').textContent(), current.why.text);
    assert.match(await page.locator('.news').textContent(), new RegExp(current.timeText.replace('.', '\\.')));
    assert.equal(await page.locator('.code-line[data-current]').count(), current.line ? 1 : 0);
    if (current.line) {
      marked++;
      assert.equal(await page.evaluate(() => [...document.querySelectorAll('.code-line')].findIndex((it) => it.matches('[data-current]')) + 1), current.line);
    }
    if (/^pod\/web-/.test(current.object)) assert.ok(await page.locator('.columns [aria-current]').count(), current.object);
  }
  assert.ok(marked, 'some step rests on a line');
});

test('Until ready makes web-0 and web-1 ready, in this order', async () => {
  await press('Until ready');
  const { statefulSets: [set], timeline } = await snapshot(page);
  assert.deepEqual(set.columns.map((it) => [it.name, it.pod.tone]), [['web-0', 'ready'], ['web-1', 'ready']]);
  const [first, second] = ['web-0', 'web-1'].map((name) => timeline.rows.find((it) => it.name === name).bars);
  assert.ok(second[0].from >= first.find((it) => it.tone === 'ready').from);
  assert.equal(await page.locator('.pod[data-tone=ready]').count(), 2);
});

test('a deleted pod comes back under its name with a new address', async () => {
  await ready(page);
  const old = (await snapshot(page)).statefulSets[0].columns[0].pod.ip;
  await press('Delete web-0');
  assert.match(await page.getByRole('log').textContent(), /\$ kubectl delete pod web-0 --wait=false/);
  for (let n = 0; n < 3; n++) await press('Until ready');
  const { pod } = (await snapshot(page)).statefulSets[0].columns[0];
  assert.equal(pod.incarnation, 2);
  assert.notEqual(pod.ip, old);
  const card = page.locator('.column').first();
  assert.equal(await card.locator('s').first().textContent(), old);
  assert.match(await card.textContent(), /2nd pod with this name/);
});

test('Play lets time pass, and each change can be read', async () => {
  await press('Play');
  await page.waitForFunction(async () => {
    const { playground } = await import('./pkg/main.js');
    return (await playground).engine.snapshot().step >= 3;
  });
  await press('Pause');
  const { time } = await snapshot(page);
  await settled(page);
  assert.equal((await snapshot(page)).time, time, 'paused');
});

test('every control can be pressed at any time', async () => {
  for (const at of [0, 7]) {
    await steps(page, at);
    for (const button of await page.locator('.controls button').all()) {
      await button.click({ force: true });
      await settled(page);
    }
    for (const pace of ['real', 'slow', 'normal', 'fast']) await page.getByLabel('Pace').selectOption(pace);
    await press('Reset');
    assert.equal((await snapshot(page)).step, 0);
  }
});

test('the playhead moves by dragging and by keys', async () => {
  await ready(page);
  const { step, time, end } = await snapshot(page);
  const scrub = page.getByRole('slider');
  await scrub.focus();
  await page.keyboard.press('ArrowLeft');
  assert.ok((await snapshot(page)).step < step);
  await page.keyboard.press('ArrowRight');
  assert.equal((await snapshot(page)).step, step);
  await page.keyboard.press('Home');
  assert.equal((await snapshot(page)).step, 0);
  await page.keyboard.press('End');
  assert.equal((await snapshot(page)).time, end);
  const box = await scrub.boundingBox();
  await page.mouse.click(box.x + box.width * 0.2, box.y + box.height - 4);
  await settled(page);
  const middle = (await snapshot(page)).time;
  assert.ok(middle > 0 && middle < time, `${middle} of ${time}`);
});

test('single keys work outside text, and can be switched off', async () => {
  await page.keyboard.press('.');
  await page.keyboard.press('.');
  assert.equal((await snapshot(page)).step, 2);
  await page.keyboard.press(',');
  assert.equal((await snapshot(page)).step, 1);
  await page.keyboard.press(']');
  await page.keyboard.press('[');
  await page.keyboard.press('r');
  assert.equal((await snapshot(page)).step, 0);
  await page.keyboard.press('/');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'terminal-input');
  await page.keyboard.type('.,r');
  assert.equal((await snapshot(page)).step, 0, 'typed, not pressed');
  await page.locator('.brand').click();
  await page.keyboard.press('?');
  await page.getByRole('dialog').waitFor();
  await page.getByRole('checkbox').uncheck();
  await page.keyboard.press('Escape');
  assert.ok(!(await page.getByRole('dialog').isVisible()));
  await page.locator('.brand').click();
  await page.keyboard.press('.');
  assert.equal((await snapshot(page)).step, 0, 'switched off');
});

test('the language changes in place, and nothing else does', async () => {
  await steps(page, 6);
  await page.locator('.code-input').fill((await page.locator('.code-input').inputValue()) + '# mine\n');
  const { step, time } = await snapshot(page);
  await press('中文');
  await page.locator('html[lang=zh-CN]').waitFor();
  await page.getByRole('button', { name: '前进' }).waitFor();
  const now = await snapshot(page);
  assert.deepEqual([now.step, now.time], [step, time]);
  assert.match(await page.locator('.code-input').inputValue(), /# mine/);
  assert.match(await page.locator('.sources a').getAttribute('href'), /^https:\/\/kubernetes\.io\/zh-cn\/docs\//);
  await page.getByRole('button', { name: 'English' }).click();
  await page.locator('html[lang=en]').waitFor();
  await page.getByRole('button', { name: 'Step', exact: true }).waitFor();
  assert.equal(await page.locator('.why-title').textContent(), (await snapshot(page)).current.why.text);
});
