// @ts-check
// Starts the playground in #app, or says what keeps it from starting.

import { createApp } from './app.js';
import { EngineMissing, createEngine, loadEngine } from './engine.js';
import { h } from './dom.js';
import { choose, createWords, fetchLanguage } from './words.js';
import { recall } from './memory.js';
import { unpack } from './permalink.js';
import { address } from './site.js';

const root = /** @type {HTMLElement} */ (document.getElementById('app'));

async function fetchText() {
  const response = await fetch(address('examples/article.yaml'));
  if (!response.ok) throw new Error(`examples/article.yaml: ${response.status}`);
  return response.text();
}

/** @type {Theme[]} */
const THEMES = ['auto', 'light', 'dark'];

/** The address no longer says what stands here: from now on a reload goes on with what was done. */
function touched() {
  const plain = new URL(location.href);
  for (const name of ['yaml', 'cmd']) plain.searchParams.delete(name);
  plain.hash = '';
  if (plain.href !== location.href) history.replaceState(null, '', plain);
}

async function start() {
  const wish = new URLSearchParams(location.search).get('lang');
  const tag = choose([wish, recall('language'), ...navigator.languages]);
  root.replaceChildren(h('main', { class: 'notice', 'aria-busy': 'true' }, h('h1', {}, 'StatefulSet playground'), h('p', {}, 'Loading… 正在载入…')));
  const [loading, language, example, address] = await Promise.all([
    loadEngine().catch((/** @type {unknown} */ error) => ({ error })),
    fetchLanguage(tag).catch(() => fetchLanguage('en')),
    fetchText().catch(() => ''),
    unpack(location),
  ]);
  const words = createWords(language);
  document.documentElement.lang = language.tag;
  const fail = (/** @type {unknown} */ error, /** @type {string} */ kept) => showFailure(words, error, kept);
  if ('error' in loading) {
    fail(loading.error, example);
    return null;
  }
  const engine = createEngine(loading);
  engine.setLanguage(language.sentences);
  root.replaceChildren();
  const theme = THEMES.find((it) => it === recall('theme')) ?? 'auto';
  const app = createApp(root, engine, words, { example, theme, shortcuts: recall('shortcuts') !== 'off', touched, fetchLanguage, fail });
  if (address) app.dispatch({ do: 'open', address });
  else app.dispatch({ do: 'restore' });
  addEventListener('hashchange', () => unpack(location).then((it) => it && app.dispatch({ do: 'open', address: it })));
  // What was done is here again at the next visit.
  addEventListener('pagehide', () => app.keep());
  // So that keys work at once: on this page the playground is all there is.
  root.focus({ preventScroll: true });
  return app;
}

/**
 * What is missing, and what still works.
 * @param {Words} words
 * @param {unknown} error
 * @param {string} text what stood in the editor: it is never lost
 */
function showFailure(words, error, text) {
  const { t } = words;
  const isMissing = error instanceof EngineMissing;
  root.replaceChildren(h('main', { class: 'notice' },
    h('h1', {}, t('title')),
    h('p', { class: 'notice-what', role: 'alert' }, isMissing ? t(error.key) : t('failure.broken')),
    h('pre', { class: 'notice-error' }, String(error instanceof Error ? error.message : error)),
    h('p', {}, t('failure.still')),
    h('textarea', { class: 'notice-text', rows: 16, spellcheck: 'false', 'aria-label': t('editor.label') }, text),
    h('p', { class: 'notice-links' },
      h('button', { type: 'button', class: 'button primary', click: () => location.reload() }, t('failure.again')),
      h('a', { href: words.tag() === 'en' ? 'https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/'
        : 'https://kubernetes.io/zh-cn/docs/concepts/workloads/controllers/statefulset/' }, t('failure.docs')))));
}

/** The running playground, for scripts and tests; null if it could not start. */
export const playground = start().catch((/** @type {unknown} */ error) => {
  root.replaceChildren(h('main', { class: 'notice' }, h('p', { role: 'alert' }, String(error))));
  throw error;
});
