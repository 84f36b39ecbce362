// @ts-check
// Starts the playground in #app, or says what keeps it from starting.

import { createApp } from './app.js';
import { createEngine, loadEngine } from './engine.js';
import { h, mark } from './dom.js';
import { showFailure } from './failure.js';
import { choose, createWords, fetchLanguage } from './words.js';
import { stored } from './memory.js';
import { readText } from './site.js';

const root = /** @type {HTMLElement} */ (document.getElementById('app'));

/** @type {Theme[]} */
const THEMES = ['auto', 'light', 'dark'];

/** An address that opens a lesson. */
const LESSON = /^#lesson=([\w-]+)$/;

/** The address no longer says what stands here: from now on a reload goes on with what was done. */
function touched() {
  const plain = new URL(location.href);
  for (const name of ['yaml', 'cmd']) plain.searchParams.delete(name);
  plain.hash = '';
  if (plain.href !== location.href) history.replaceState(null, '', plain);
}

/** What this page was taken along with, as one file. @returns {Address | null} */
function enclosed() {
  const link = document.getElementById('state')?.textContent;
  return link ? { link } : null;
}
/** What the address holds, if it is a link; reading links is no part of the first load. */
const linked = async () => (/[#&]s=|[?&](yaml|cmd)=/.test(location.href) ? (await import('./permalink.js')).unpack(location) : null);

async function start() {
  const { recall } = stored;
  const wish = new URLSearchParams(location.search).get('lang');
  const tag = choose([wish, recall('language'), ...navigator.languages]);
  root.replaceChildren(h('main', { class: 'notice', 'aria-busy': 'true' }, h('h1', {}, 'StatefulSet playground'), h('p', {}, 'Loading… 正在载入…')));
  const [loading, language, example, address] = await Promise.all([
    loadEngine().catch((/** @type {unknown} */ error) => ({ error })),
    fetchLanguage(tag).catch(() => fetchLanguage('en')),
    readText('examples/article.yaml').catch(() => ''),
    linked().then((it) => it ?? enclosed()),
  ]);
  const words = createWords(language);
  document.documentElement.lang = language.tag;
  const fail = (/** @type {unknown} */ error, /** @type {string} */ kept, link = '') => showFailure(root, words, error, kept, { link, again: () => location.reload() });
  if ('error' in loading) {
    fail(loading.error, example);
    return null;
  }
  const engine = createEngine(loading);
  engine.setLanguage(language.sentences);
  root.replaceChildren();
  const theme = THEMES.find((it) => it === recall('theme')) ?? 'auto';
  const app = createApp(root, engine, words, {
    example, theme, shortcuts: recall('shortcuts') !== 'off', memory: stored, home: location.href, touched, fetchLanguage, fail,
    refuses: () => false,
    drawn({ page }) {
      mark(document.documentElement, 'lang', page.language);
      mark(document.documentElement, 'data-theme', page.theme === 'auto' ? null : page.theme);
      document.title = words.t('title');
    },
  });
  /** @param {string | undefined | null} name @param {boolean} starts */
  const showLesson = (name, starts) => name && app.dispatch({ do: 'lesson', name, starts });
  const lesson = () => LESSON.exec(location.hash)?.[1];
  if (address) app.dispatch({ do: 'open', address });
  else app.dispatch({ do: 'restore' });
  if (lesson()) showLesson(lesson(), true);
  else if (!address) showLesson(recall('lesson'), false);
  addEventListener('hashchange', () => showLesson(lesson(), true));
  addEventListener('hashchange', () => linked().then((it) => it && app.dispatch({ do: 'open', address: it })));
  // What was done is here again at the next visit.
  addEventListener('pagehide', () => app.keep());
  // So that keys work at once: on this page the playground is all there is.
  root.focus({ preventScroll: true });
  return app;
}

/** The running playground, for scripts and tests; null if it could not start. */
export const playground = start().catch((/** @type {unknown} */ error) => {
  root.replaceChildren(h('main', { class: 'notice' }, h('p', { role: 'alert' }, String(error))));
  throw error;
});
