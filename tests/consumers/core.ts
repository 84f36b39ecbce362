// What a TypeScript program relies on: compiled, never run.
import { Cluster, type ClusterEvent, type Paste, type Ran, type Snapshot } from 'statefulset-playground/core';

export async function story(manifests: string): Promise<string[]> {
  using cluster = await Cluster.create({ seed: 1, kubernetes: 'v1.36', language: 'zh-CN' });
  const paste: Paste = cluster.apply(manifests);
  const told: string[] = paste.diagnostics.map((it) => `${it.line}: ${it.message}`);
  const end = cluster.subscribe((event: ClusterEvent) => {
    switch (event.type) {
      case 'change': told.push(event.snapshot.current?.why.text ?? ''); break;
      case 'disposed': break;
      default: event satisfies never;
    }
  });
  while (cluster.step('change')) if (cluster.snapshot().step > 100) break;
  end();
  const ran: Ran = cluster.exec('kubectl get pods');
  const snapshot: Snapshot = cluster.snapshot();
  const response: Response = await cluster.fetch('/api/v1/pods');
  // @ts-expect-error There is no such size.
  cluster.step('far');
  return [...told, ran.output, String(snapshot.time), String(response.status), cluster.why('pod/web-0')];
}
