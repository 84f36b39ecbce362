// @ts-check
// A cluster without a page: for scripts, tests and other pages. What it does is the engine's; here JSON becomes values,
// and whoever subscribed is told.

import { createEngine, loadEngine } from '../engine.js';
import { fetchLanguage } from '../words.js';
import { answer } from './wire.js';

/** @typedef {import('../pkg/statefulset_playground.js').Options & { language?: string }} ClusterOptions */
/** @typedef {{ type: 'change', step: number, time: number, snapshot: Snapshot } | { type: 'disposed' }} ClusterEvent */

/** @type {ReturnType<typeof loadEngine> | null} */
let loading = null;

/** One engine for all clusters; what failed is tried anew the next time. */
function load() {
  loading ??= loadEngine().catch((/** @type {unknown} */ error) => {
    loading = null;
    throw error;
  });
  return loading;
}

export class Cluster {
  /** @type {Engine} */
  #engine;
  /** @type {Set<(event: ClusterEvent) => void>} */
  #listeners = new Set();
  #isAlive = true;

  /** Made by `Cluster.create`. @param {Engine} engine */
  constructor(engine) {
    this.#engine = engine;
  }

  /** @param {ClusterOptions} [options] */
  static async create({ language = 'en', ...options } = {}) {
    const engine = createEngine(await load(), options);
    if (language !== 'en') engine.setLanguage((await fetchLanguage(language)).sentences);
    return new Cluster(engine);
  }

  /** @template Result @param {() => Result} act */
  #change(act) {
    const done = act();
    if (this.#listeners.size) {
      const snapshot = this.snapshot();
      const { step, time } = snapshot;
      for (const listener of [...this.#listeners]) listener({ type: 'change', step, time, snapshot });
    }
    return done;
  }

  /** Starts anew with manifests, or a shell transcript. @param {string} text */
  load(text) { return this.#change(() => this.#engine.load(text)); }

  /** What `load` would say of a text. @param {string} text */
  check(text) { return this.#engine.check(text); }

  /** Applies manifests here and now, as `kubectl apply -f` does while time passes. @param {string} text */
  apply(text) { return this.#change(() => this.#engine.apply(text)); }

  /** Runs a command line to its end, in virtual time. @param {string} line */
  exec(line) { return this.#change(() => this.#engine.exec(line)); }

  /** @param {import('../pkg/statefulset_playground.js').StepSize} [size] */
  step(size = 'change') { return this.#change(() => this.#engine.step(size)); }

  back() { return this.#change(() => this.#engine.back()); }

  /** To that change; plays forward if it was never reached. @param {number} step */
  seek(step) { this.#change(() => this.#engine.seek(step)); }

  /** Until every pod is ready, or nothing moves. @param {'ready' | 'idle'} [until] */
  run(until = 'idle') { return this.#change(() => this.#engine.step(until)); }

  /** Lets so much virtual time pass. @param {number} ms */
  advance(ms) { return this.#change(() => this.#engine.advance(ms)); }

  snapshot() { return this.#engine.snapshot(); }

  /** How a name resolves in a pod, and why. @param {string} name @param {string} [from] */
  dns(name, from = '') { return this.#engine.dns(name, from); }

  /** Why an object is as it is, or what it waits for: what `why` prints in the terminal; it leaves no trace. @param {string} object */
  why(object) { return this.#engine.why(object).trimEnd(); }

  /** What went wrong so far, and what mends it. */
  doctor() { return this.#engine.doctor(); }

  /** All that is needed to get here again, as text. */
  link() { return this.#engine.link(); }

  /** @param {string} link */
  open(link) { return this.#change(() => this.#engine.open(link)); }

  /** @param {'transcript' | 'log' | 'picture'} what */
  export(what) { return this.#engine.export(what); }

  /** Tells of every change from now on. @param {(event: ClusterEvent) => void} listener @returns {() => void} ends it */
  subscribe(listener) {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /**
   * The API server, shaped like `fetch`: hand it to a Kubernetes client in the place of its own.
   * @type {(input: RequestInfo | URL, init?: RequestInit) => Promise<Response>}
   */
  fetch = (input, init) => answer(new Request(input instanceof Request ? input : new URL(input, 'http://cluster.invalid'), init), {
    ask: (request) => (request.http === 'GET' ? this.#engine.request(request) : this.#change(() => this.#engine.request(request))),
    subscribe: (listener) => this.subscribe(listener),
  });

  dispose() {
    if (!this.#isAlive) return;
    this.#isAlive = false;
    for (const listener of [...this.#listeners]) listener({ type: 'disposed' });
    this.#listeners.clear();
    this.#engine.free();
  }

  [Symbol.dispose ?? Symbol.for('Symbol.dispose')]() { this.dispose(); }
}
