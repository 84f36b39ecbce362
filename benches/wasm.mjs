// How long a hundred pods take in the engine that ships: ./x build, then node benches/wasm.mjs.
// The peer, @ngrok/webernetes, is not in this run yet: its package needs a bundler before Node can load it.
import { readFileSync } from 'node:fs';

const at = (path) => new URL(path, import.meta.url);
const engine = await import(at('../www/pkg/statefulset_playground.js'));
engine.initSync({ module: readFileSync(at('../www/pkg/statefulset_playground_bg.wasm')) });
const manifest = readFileSync(at('web.yaml'), 'utf8');

for (const [replicas, policy] of [[100, 'OrderedReady'], [100, 'Parallel'], [300, 'OrderedReady']]) {
  const text = manifest.replace('replicas: 100', `replicas: ${replicas}`).replace('OrderedReady', policy);
  let best = Infinity;
  for (let run = 0; run < 3; run += 1) {
    const cluster = new engine.Cluster({});
    const begun = performance.now();
    cluster.load(text);
    cluster.step('idle');
    best = Math.min(best, performance.now() - begun);
    cluster.free();
  }
  console.log(`${replicas} pods, ${policy}: ${Math.round(best)} ms`);
}
