import type { DnsView, Finding, ObjectLine, Opened, Options, Paste, Ran, Snapshot, StepSize } from './engine.js';

export type * from './engine.js';

export interface ClusterOptions extends Options {
  /** The language of sentences; English if missing. */
  language?: 'en' | 'zh-CN';
}

/** What a subscriber is told: discriminate by `type`. */
export type ClusterEvent =
  | { type: 'change'; /** number of visible changes so far */ step: number; /** virtual milliseconds */ time: number; snapshot: Snapshot }
  | { type: 'disposed' };

/** A simulated Kubernetes cluster without a page. Same text, seed and options: same bytes, everywhere. */
export class Cluster {
  private constructor();
  /** Compiles the engine, once for all clusters, and makes an empty cluster. */
  static create(options?: ClusterOptions): Promise<Cluster>;
  /** Starts anew with manifests, or a whole shell transcript. */
  load(text: string): Paste;
  /** What `load` would say of a text. */
  check(text: string): Paste;
  /** Applies manifests here and now; `run` or `step` lets the cluster act on them. */
  apply(text: string): Paste;
  /** Runs a command line (`kubectl`, `nslookup`, a small shell) to its end in virtual time. */
  exec(line: string): Ran;
  /** One step forward, to the next visible change if no size is given. False when nothing was left to do. */
  step(size?: StepSize): boolean;
  /** To the change before; exact. False at the start. */
  back(): boolean;
  /** To the change of that number; plays forward if it was never reached. */
  seek(step: number): void;
  /** Until every pod is ready, or nothing moves. */
  run(until?: 'ready' | 'idle'): boolean;
  /** Lets so many virtual milliseconds pass. False when nothing is left to happen. */
  advance(ms: number): boolean;
  /** The whole state, as the page shows it. */
  snapshot(): Snapshot;
  /** How a name resolves in a pod (`POD` or `NAMESPACE/POD`), and why; asking changes nothing. */
  dns(name: string, from?: string): DnsView;
  /** Why an object is as it is, or what it waits for: what `why pod/web-1` prints; asking changes nothing. */
  why(object: string): string;
  /** What went wrong so far and what mends it, the most certain first. */
  doctor(): Finding[];
  /** All that is needed to get here again, as text. */
  link(): string;
  /** Starts anew as a link says. */
  open(link: string): Opened;
  export(what: 'transcript' | 'log' | 'picture'): string;
  /** Tells of every change from now on; the function it gives back ends that. */
  subscribe(listener: (event: ClusterEvent) => void): () => void;
  /** The API server, shaped like `fetch`: hand it to a Kubernetes client in the place of its own. */
  fetch: (input: RequestInfo | URL, init?: RequestInit) => Promise<Response>;
  /** Frees the cluster; it is not used after that. */
  dispose(): void;
  [Symbol.dispose](): void;
}
