// What a reader waits for in Chromium: from navigation to the first Step shown, and to any moment of a long history.
// ./x build, then node benches/page.mjs.
import { launch, serve } from '../scripts/page.mjs';

const EVENTS = 10_000;
const site = await serve();
const browser = await launch();
const page = await browser.newPage();

let begun = performance.now();
await page.goto(site.url);
await page.getByRole('button', { name: 'Step', exact: true }).click();
await page.getByText('step 1', { exact: true }).waitFor();
console.log(`navigation to the first Step shown: ${Math.round(performance.now() - begun)} ms`);

const { seq, steps, before, after, times } = await page.evaluate(async (wanted) => {
  const { playground } = await import('./pkg/main.js');
  const { engine } = await playground;
  const wasm = await (await import('./pkg/statefulset_playground.js')).default();
  const memory = () => wasm.memory.buffer.byteLength;
  const start = memory();
  for (let round = 0; engine.snapshot().seq < wanted && round < 100; round++) {
    engine.type(`kubectl scale statefulset web --replicas=${round % 2 ? 2 : 30}`);
    engine.step('ready');
  }
  const { seq: last, steps: count } = engine.snapshot();
  const taken = [];
  for (let n = 0; n < 400; n++) {
    // A stream of numbers that is the same in every run.
    const step = (n * 7919) % count;
    const from = performance.now();
    engine.seek(step);
    engine.snapshot();
    taken.push(performance.now() - from);
  }
  return { seq: last, steps: count, before: start, after: memory(), times: taken.sort((a, b) => a - b) };
}, EVENTS);
const at = (part) => times[Math.floor(times.length * part)].toFixed(1);
console.log(`${seq} events, ${steps} steps: a seek and its snapshot take ${at(0.5)} ms (median), ${at(0.99)} ms (p99)`);
console.log(`memory of that history: ${Math.round((after - before) / 1e6)} MB`);

// Two hundred pods come up while they are watched: tasks that keep the page from answering.
const watched = await browser.newPage();
await watched.goto(site.url);
await watched.getByRole('button', { name: 'Step', exact: true }).waitFor();
const { tasks, frames, reached } = await watched.evaluate(async (replicas) => {
  const { playground } = await import('./pkg/main.js');
  const { engine, dispatch } = await playground;
  const text = engine.link().length && JSON.parse(engine.link()).manifest;
  dispatch({ do: 'edit', text: text.replace(/replicas: .*/, `replicas: ${replicas}\n  podManagementPolicy: Parallel`) });
  dispatch({ do: 'run' });
  const seen = [];
  new PerformanceObserver((list) => seen.push(...list.getEntries().map((it) => it.duration))).observe({ entryTypes: ['longtask'] });
  dispatch({ do: 'pace', pace: 'fast' });
  dispatch({ do: 'play' });
  let count = 0;
  const tick = () => { count++; requestAnimationFrame(tick); };
  requestAnimationFrame(tick);
  await new Promise((resolve) => setTimeout(resolve, 10_000));
  return { tasks: seen.sort((a, b) => a - b), frames: count, reached: engine.snapshot().step };
}, 200);
console.log(`200 pods, 10 s of play: step ${reached}, ${frames} frames, ${tasks.length} tasks over 50 ms, the longest ${Math.round(tasks.at(-1) ?? 0)} ms`);
await browser.close();
site.stop();
