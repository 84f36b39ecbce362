// @ts-check
// The engine as the page sees it: JSON text becomes values here, and a snapshot is read once for each change.

import { importEngine, startEngine } from './site.js';

/** What keeps the engine from starting, by the key of the sentence that says so. */
export class EngineMissing extends Error {
  /**
   * @param {'failure.policy' | 'failure.wasm' | 'failure.files'} key
   * @param {unknown} cause
   */
  constructor(key, cause) {
    super(String(cause), { cause });
    this.key = key;
  }
}

/**
 * Compiles the engine.
 * @returns {Promise<typeof import('./pkg/statefulset_playground.js').Cluster>}
 */
export async function loadEngine() {
  if (typeof WebAssembly !== 'object') throw new EngineMissing('failure.wasm', 'no WebAssembly');
  let module;
  try {
    module = await importEngine();
  } catch (error) {
    throw new EngineMissing('failure.files', error);
  }
  try {
    await startEngine(module);
  } catch (error) {
    const isPolicy = /content security policy|unsafe-eval|disallowed by embedder/i.test(String(error));
    throw new EngineMissing(isPolicy ? 'failure.policy' : 'failure.files', error);
  }
  return module.Cluster;
}

/**
 * One cluster; `restart` makes another in its place, for another version of Kubernetes.
 * @param {typeof import('./pkg/statefulset_playground.js').Cluster} Made
 * @param {import('./pkg/statefulset_playground.js').Options} [options]
 */
export function createEngine(Made, options = {}) {
  let cluster = new Made(options);
  let catalogue = '';
  /** @type {Snapshot | null} */
  let shown = null;

  /**
   * @template Result
   * @param {() => Result} act
   */
  const change = (act) => {
    shown = null;
    return act();
  };
  /** @param {string} text @returns {Paste} */
  const paste = (text) => JSON.parse(text);

  return {
    /** @param {import('./pkg/statefulset_playground.js').Options} options */
    restart(options) {
      change(() => cluster.free());
      cluster = new Made(options);
      cluster.setLanguage(catalogue);
    },
    /** @param {string} text of a language's file */
    setLanguage(text) {
      catalogue = text;
      change(() => cluster.setLanguage(text));
    },
    /** @param {Record<string, string>} sentences more of that language */
    learn(sentences) {
      catalogue = JSON.stringify({ ...JSON.parse(catalogue || '{}'), ...sentences });
      change(() => cluster.setLanguage(catalogue));
    },
    /** @param {string} text */
    load: (text) => change(() => paste(cluster.load(text))),
    /** @param {string} name @param {string} from @returns {import('./pkg/statefulset_playground.js').DnsView} */
    dns: (name, from) => JSON.parse(cluster.dns(name, from)),
    /** @returns {Finding[]} */
    doctor: () => JSON.parse(cluster.doctor()),
    /** @returns {import('./pkg/statefulset_playground.js').ObjectLine[]} */
    objectLines: () => JSON.parse(cluster.objectLines()),
    link: () => cluster.link(),
    /** @param {string} link @returns {import('./pkg/statefulset_playground.js').Opened} */
    open: (link) => change(() => JSON.parse(cluster.open(link))),
    /** @param {'transcript' | 'log' | 'picture'} what */
    export: (what) => cluster.export(what),
    /** @param {number} branch */
    switchTo: (branch) => change(() => cluster.switchTo(branch)),
    /** @param {string} text */
    apply: (text) => change(() => paste(cluster.apply(text))),
    /** @param {string} text */
    check: (text) => paste(cluster.check(text)),
    /** @param {import('./pkg/statefulset_playground.js').StepSize} size */
    step: (size) => change(() => cluster.step(size)),
    back: () => change(() => cluster.back()),
    /** @param {number} step */
    seek: (step) => change(() => cluster.seek(step)),
    /** @param {number} ms */
    seekTime: (ms) => change(() => cluster.seekTime(ms)),
    /** @param {number} ms */
    advance: (ms) => change(() => cluster.advance(ms)),
    /** @param {number} ms */
    advanceToChange: (ms) => change(() => cluster.advanceToChange(ms)),
    /** @param {string} line @param {number} [terminal] 1 for the second */
    type: (line, terminal) => change(() => cluster.type(line, terminal)),
    /** @param {number} [terminal] */
    interrupt: (terminal) => change(() => cluster.interrupt(terminal)),
    /** @param {string} text @param {number} terminal */
    edited: (text, terminal) => change(() => cluster.edited(text, terminal)),
    /** @param {string} before @param {number} terminal @returns {import('./pkg/statefulset_playground.js').Completion} */
    complete: (before, terminal) => JSON.parse(cluster.complete(before, terminal)),
    /** @param {string} transcript */
    perform: (transcript) => change(() => cluster.perform(transcript)),
    /** @param {string} commands @param {string} prints */
    holds: (commands, prints) => cluster.holds(commands, prints),
    /** @param {string} markdown @returns {Lesson} */
    lesson: (markdown) => JSON.parse(Made.lesson(markdown)),
    /** @param {string} object */
    why: (object) => cluster.why(object),
    /** @param {string} line @returns {import('./pkg/statefulset_playground.js').Ran} */
    exec: (line) => change(() => JSON.parse(cluster.exec(line))),
    /**
     * @param {import('./pkg/statefulset_playground.js').WireRequest} request
     * @returns {import('./pkg/statefulset_playground.js').WireAnswer}
     */
    request: (request) => change(() => JSON.parse(cluster.request(JSON.stringify(request)))),
    free: () => cluster.free(),
    /** @param {string} kind @param {string} namespace @param {string} name @returns {import('./pkg/statefulset_playground.js').Fault[]} */
    faults: (kind, namespace, name) => JSON.parse(cluster.faults(kind, namespace, name)),
    /** @param {string} text @param {number} line @param {number} column @returns {import('./pkg/statefulset_playground.js').Assist} */
    assist: (text, line, column) => JSON.parse(cluster.assist(text, line, column)),
    /** The text a snapshot is made of: equal texts are equal states. */
    snapshotText: () => cluster.snapshot(),
    /** @returns {Snapshot} */
    snapshot() {
      shown ??= /** @type {Snapshot} */ (JSON.parse(cluster.snapshot()));
      return shown;
    },
  };
}
