// What the engine that ships takes, and what the peer does: ./x bench.
// Pods from the manifest to Ready (node benches/wasm.mjs [REPLICAS…]), and DNS answers in a second. The peer is left out where it cannot be loaded.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const at = (path) => new URL(path, import.meta.url);
const engine = await import(at('../www/pkg/statefulset_playground.js'));
engine.initSync({ module: readFileSync(at('../www/pkg/statefulset_playground_bg.wasm')) });
const manifest = readFileSync(at('web.yaml'), 'utf8');
const peer = await import('./peer.mjs').catch((error) => {
  console.log(`the peer is not measured: ${error.message.split('\n')[0]}`);
});

const sizes = process.argv.slice(2).map(Number);
const runs = (sizes.length > 0 ? sizes : [100, 300]).flatMap((it) => [[it, 'OrderedReady'], [it, 'Parallel']]);
const before = {};
for (const [replicas, policy] of runs) {
  const text = manifest.replace('replicas: 100', `replicas: ${replicas}`).replace('OrderedReady', policy);
  let best = Infinity;
  for (let run = 0; run < 3; run += 1) {
    const cluster = new engine.Cluster({ nodes: Math.max(3, Math.floor(replicas / 100)) });
    const begun = performance.now();
    cluster.load(text);
    cluster.step('idle');
    best = Math.min(best, performance.now() - begun);
    cluster.free();
  }
  const old = before[policy];
  const growth = old ? `, growth exponent ${(Math.log(best / old.best) / Math.log(replicas / old.replicas)).toFixed(2)}` : '';
  console.log(`${replicas} pods, ${policy}: ${Math.round(best)} ms${growth}`);
  before[policy] = { replicas, best };
}

const thousands = (rate) => `${Math.round(rate / 1000)} k/s`;
const { Answers } = createRequire(import.meta.url)('../target/bench/answers.cjs');
for (const endpoints of [100, 10_000]) {
  const server = new Answers(endpoints);
  for (const what of ['pods', 'cluster IP', ...(endpoints > 100 ? [] : ['service'])]) {
    server.choose(what, endpoints);
    // By CPU: other work on the machine takes none of it.
    const until = performance.now() + 1000;
    const begun = process.cpuUsage();
    let count = 0;
    while (performance.now() < until) {
      if (server.ask(1000) < 1000) throw new Error('a name was not answered');
      count += 1000;
    }
    const { user, system } = process.cpuUsage(begun);
    const rate = count / (user + system) * 1e6;
    console.log(`DNS answers, ${endpoints} endpoints, names of ${what}: ${thousands(rate)}`);
  }
  server.free();
}

if (peer) {
  const made = await peer.deploy(await peer.load(), 100);
  console.log(`the peer: a Deployment of 100 pods: ${Math.round(made.wall)} ms by its own clock, ${Math.round(made.cpu)} ms of CPU`);
  console.log(`the peer: DNS answers, names of cluster IP: ${thousands(await peer.answers(made))}`);
  process.exit(0);
}
