// @ts-check
// The element <statefulset-playground>: attributes and light DOM in, one playground in a shadow root, events out. Until
// it starts, and where it cannot, what the author wrote into the tag is shown.

import { createApp } from '../app.js';
import { h, mark, put } from '../dom.js';
import { createEngine } from '../engine.js';
import { showFailure } from '../failure.js';
import { address as site } from '../site.js';
import { unpack } from '../permalink.js';
import { choose, createWords } from '../words.js';
import { readContent } from './content.js';
import { placesOf, sizeOf } from './places.js';
import { engineOnce, exampleOnce, languageOnce, sheetOnce } from './shared.js';

export const NAME = 'statefulset-playground';
/** What a figure lets a reader do: go through its story. @type {Set<Command['do']>} */
const LOOKS = new Set(['step', 'back', 'seek', 'seekTime', 'marker', 'play', 'pace', 'size', 'reset', 'tab', 'theme', 'language', 'dismiss']);
/** So far from the window the engine begins to load. */
const NEAR = '600px';
const STEPS = ['ready', 'idle'];
/** Nothing of the article's style comes in, by inheritance or by a rule for everything. */
const BASE = ':host{all:initial;display:block;margin-block:1em;min-height:576px}:host([size=figure]){min-height:320px}:host([size=full]){min-height:720px}:host([height]){min-height:0}:host([hidden]){display:none}:where(#app){all:initial}';

// Where there are no elements (a server that renders the article), importing this does no harm.
const Base = /** @type {typeof HTMLElement} */ (globalThis.HTMLElement ?? class {});

/** @type {Memory} */
const nothing = { remember() {}, forget() {}, recall: () => null };

export class StatefulSetPlayground extends Base {
  static observedAttributes = ['src', 'scenario', 'lesson', 'link', 'commands', 'seed', 'nodes', 'kubernetes', 'feature-gates', 'size', 'panels', 'controls', 'step', 'lang', 'theme', 'height'];

  /** @type {ReturnType<typeof createApp> | null} */
  #app = null;
  /** Where the reader was when the element was taken out. @type {string | null} */
  #left = null;
  /** @type {IntersectionObserver | null} */
  #watch = null;
  /** The start that is under way or done; another one makes it stale. */
  #start = 0;
  #root = h('div', { id: 'app', tabindex: -1, part: 'playground' });
  #queued = false;

  constructor() {
    super();
    const shadow = this.attachShadow({ mode: 'open' });
    const base = new CSSStyleSheet();
    base.replaceSync(BASE);
    shadow.adoptedStyleSheets = [base];
    shadow.append(h('slot', {}));
  }

  connectedCallback() {
    if (this.#app || this.#watch) return;
    if (this.getAttribute('loading') === 'eager') return void this.start();
    this.#watch = new IntersectionObserver((seen) => seen.some((it) => it.isIntersecting) && this.start(), { rootMargin: NEAR });
    this.#watch.observe(this);
  }

  disconnectedCallback() {
    // What is only moved goes on.
    queueMicrotask(() => this.isConnected || this.dispose());
  }

  /** @param {string} name @param {string | null} before @param {string | null} now */
  attributeChangedCallback(name, before, now) {
    const app = this.#app;
    if (!app || before === now) return;
    if (name === 'theme') return app.dispatch({ do: 'theme', theme: this.#theme() });
    if (name === 'lang') return app.dispatch({ do: 'language', tag: this.#language() });
    if (name === 'height') return this.#arrange();
    if (name === 'step') return this.#goTo();
    // Several attributes changed together are one new start.
    if (!this.#queued) queueMicrotask(() => { this.#queued = false; if (this.#app) this.start(); });
    this.#queued = true;
  }

  /** Starts now, wherever the element is; anew, if it runs. */
  async start() {
    this.#stop();
    const turn = ++this.#start;
    const address = this.#left === null ? await this.#linked() : { link: this.#left };
    this.#left = null;
    const language = languageOnce(this.#language()).catch(() => languageOnce('en'));
    let manifest = '';
    try {
      const [sheet, content] = await Promise.all([sheetOnce(), readContent(this)]);
      if (turn !== this.#start) return;
      this.#adopt(sheet);
      const example = content.manifest.trim() ? content.manifest : await exampleOnce();
      manifest = example;
      const [Cluster, spoken] = await Promise.all([engineOnce(), language]);
      if (turn !== this.#start || !this.isConnected) return;
      this.#run(Cluster, createWords(spoken), spoken, address ?? { link: JSON.stringify({ ...this.#options(), manifest: example, cmd: content.cmd }) }, example);
      if (address === null) this.#goTo();
      this.#tell('ready', { snapshot: this.snapshot() });
    } catch (error) {
      if (turn !== this.#start) return;
      this.#fail(createWords(await language), error, manifest);
    }
  }

  /** What a shared link holds. */
  async #linked() {
    const link = this.getAttribute('link');
    if (link === null) return null;
    return unpack({ hash: link.slice(link.indexOf('#')), search: '' });
  }

  /** @returns {import('../pkg/statefulset_playground.js').Options} */
  #options() {
    /** @type {Record<string, string | number>} */
    const options = {};
    for (const name of ['seed', 'nodes']) if (this.hasAttribute(name)) options[name] = Number(this.getAttribute(name));
    const [kubernetes, featureGates] = [this.getAttribute('kubernetes'), this.getAttribute('feature-gates')];
    return { ...options, ...(kubernetes !== null && { kubernetes: /** @type {Version} */ (kubernetes) }), ...(featureGates !== null && { featureGates }) };
  }

  /**
   * @param {Awaited<ReturnType<typeof engineOnce>>} Cluster
   * @param {Words} words
   * @param {Language} language
   * @param {Address} address
   * @param {string} example
   */
  #run(Cluster, words, language, address, example) {
    const engine = createEngine(Cluster);
    engine.setLanguage(language.sentences);
    this.#root.replaceChildren();
    this.#arrange();
    this.shadowRoot?.querySelector('slot')?.replaceWith(this.#root);
    const size = sizeOf(this);
    const isStill = size === 'figure';
    let isOpen = false;
    this.#app = createApp(this.#root, engine, words, {
      example, theme: this.#theme(), shortcuts: true, memory: nothing, places: placesOf(this), home: site('').href,
      touched() {},
      fetchLanguage: languageOnce,
      refuses: (command) => isStill && isOpen && !LOOKS.has(command.do),
      drawn: (shown, previous) => {
        mark(this.#root, 'lang', shown.page.language);
        mark(this.#root, 'data-theme', shown.page.theme === 'auto' ? null : shown.page.theme);
        if (this.#app && shown.step !== previous?.step) this.#tell('step', { step: shown.step, time: shown.time, snapshot: shown });
      },
      fail: (error, text) => this.#fail(words, error, text),
    });
    this.#app.dispatch({ do: 'open', address });
    if (placesOf(this).includes('lesson')) this.#app.dispatch({ do: 'lesson', name: this.getAttribute('lesson'), starts: true });
    isOpen = true;
  }

  /** @param {Words} words @param {unknown} error @param {string} text */
  #fail(words, error, text) {
    this.#app = null;
    this.#arrange();
    showFailure(this.#root, words, error, text, { again: () => this.start() }, 'div');
    mark(this.#root, 'lang', words.tag());
    // The author's own text, or the drawing made beforehand, stays below the message.
    this.shadowRoot?.replaceChildren(this.#root, h('slot', {}));
    this.#tell('error', { error });
  }

  #goTo() {
    const step = this.getAttribute('step');
    const engine = this.#app?.engine;
    if (step === null || !engine) return;
    if (STEPS.includes(step)) engine.step(/** @type {'ready' | 'idle'} */ (step));
    else if (/^\d+$/.test(step)) return this.#app?.dispatch({ do: 'seek', step: Number(step) });
    this.#app?.dispatch({ do: 'seek', step: engine.snapshot().step });
  }

  /** @returns {Theme} */
  #theme() {
    const theme = this.getAttribute('theme');
    return theme === 'light' || theme === 'dark' ? theme : 'auto';
  }

  #language() {
    const around = /** @type {HTMLElement | null} */ (this.closest('[lang]'));
    return choose([this.getAttribute('lang'), around?.getAttribute('lang'), ...navigator.languages]);
  }

  /** @param {CSSStyleSheet} sheet */
  #adopt(sheet) {
    const sheets = this.shadowRoot?.adoptedStyleSheets ?? [];
    if (this.shadowRoot && !sheets.includes(sheet)) this.shadowRoot.adoptedStyleSheets = [...sheets, sheet];
  }

  #arrange() {
    const height = this.getAttribute('height') ?? '';
    // The reader's own text size, whatever size the article's root has.
    put(this.#root, '--rem', getComputedStyle(this).fontSize);
    mark(this.#root, 'data-size', sizeOf(this));
    mark(this.#root, 'data-still', sizeOf(this) === 'figure');
    mark(this.#root, 'data-height', height === 'auto' ? 'auto' : null);
    if (/^\d+$/.test(height)) put(this.#root, '--height', `${height}px`);
    else this.#root.style.removeProperty('--height');
  }

  /** @param {'ready' | 'step' | 'error'} what @param {object} detail */
  #tell(what, detail) {
    this.dispatchEvent(new CustomEvent(`playground-${what}`, { detail, bubbles: true, composed: true }));
  }

  #stop() {
    this.#watch?.disconnect();
    this.#watch = null;
    const app = this.#app;
    this.#app = null;
    app?.destroy();
    app?.engine.free();
  }

  /** Whether it runs. */
  get running() { return this.#app !== null; }

  /** What is shown now, as the engine tells it; null until it runs. @returns {Snapshot | null} */
  snapshot() { return this.#app?.engine.snapshot() ?? null; }

  /** Does what a button of it would. @param {Command} command */
  dispatch(command) { this.#app?.dispatch(command); }

  /** Ends it: its cluster, its listeners. Put back into a document it goes on where the reader was. */
  dispose() {
    this.#left = this.#app?.engine.link() ?? this.#left;
    this.#start++;
    this.#stop();
    this.#root.replaceChildren();
    this.shadowRoot?.replaceChildren(h('slot', {}));
  }

  [Symbol.dispose ?? Symbol.for('Symbol.dispose')]() { this.dispose(); }
}
