// The peer, @ngrok/webernetes, as Node can load it: bundled.
// Its clock is the wall's, so a Deployment takes as long as its own timers say; the CPU it uses is told beside it.
import { build } from 'esbuild';
import { pathToFileURL } from 'node:url';

/** What of the peer is used. */
export async function load() {
  const outfile = new URL('../target/bench/peer.mjs', import.meta.url).pathname;
  await build({
    stdin: { contents: "export { BaseImage, Cluster } from '@ngrok/webernetes';", resolveDir: import.meta.dirname },
    bundle: true, format: 'esm', platform: 'node', outfile, logLevel: 'error',
  });
  return import(pathToFileURL(outfile).href);
}

const PORTS = [{ port: 80 }];
const selector = { app: 'web' };

/** A cluster with a Deployment of that many pods, once they are Ready; and what that took. */
export async function deploy({ BaseImage, Cluster }, replicas) {
  class Nginx extends BaseImage {
    static imageName = 'nginx';
    static imageVersion = '1.0';
    defaultCommand = ['server'];
    async exec(ctx, argv) {
      return argv[0] === 'server' ? ctx.waitUntilKilled() : super.exec(ctx, argv);
    }
  }
  const cluster = new Cluster();
  cluster.registerImage(Nginx);
  await cluster.init();
  const begun = performance.now();
  const used = process.cpuUsage();
  await cluster.apply([
    { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec: { selector, ports: PORTS } },
    {
      apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' },
      spec: {
        replicas, selector: { matchLabels: selector },
        template: { metadata: { labels: selector }, spec: { containers: [{ name: 'web', image: 'nginx:1.0' }] } },
      },
    },
  ]);
  const ready = async () => (await cluster.api.appsv1.readNamespacedDeployment({ name: 'web', namespace: 'default' })).status?.readyReplicas ?? 0;
  while (await ready() < replicas) await new Promise((done) => { setTimeout(done, 50); });
  const { user, system } = process.cpuUsage(used);
  return { cluster, wall: performance.now() - begun, cpu: (user + system) / 1000 };
}

/** Answers in a second of CPU: the one kind of name its DNS has, a Service's cluster IP. */
export async function answers({ cluster }) {
  const ask = () => cluster.network.sendDns(`${cluster.dnsServiceIp}:53`, { name: 'web.default.svc.cluster.local', type: 'A' });
  if ((await ask()).rcode !== 'NOERROR') throw new Error('the peer does not know its own Service');
  const until = performance.now() + 1000;
  const begun = process.cpuUsage();
  let count = 0;
  while (performance.now() < until) {
    for (let it = 0; it < 1000; it += 1) await ask();
    count += 1000;
  }
  const { user, system } = process.cpuUsage(begun);
  return count / (user + system) * 1e6;
}
