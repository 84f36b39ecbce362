// @ts-check
// Lessons: the list of them, and one of them beside the cluster that it is about. Fetched when they are first opened.

import { h, mark } from '../dom.js';
import { readText } from '../site.js';
import { createBlocks } from './lesson-blocks.js';

/** @typedef {{ name: string, title: string, summary: string, minutes: string }} Listed */
/** What the browser keeps of a lesson whose goals were reached. @param {string} name */
const doneKey = (name) => `lesson.${name}`;

/** @type {(root: HTMLElement, dispatch: Dispatch, words: Words, engine: Engine, memory: Memory) => View} */
export const createLessons = (root, dispatch, words, engine, { recall, remember }) => {
  const { t, label } = words;
  /** What is shown, or on its way. @type {Page['lesson']} */
  let wish = null;
  let language = '';
  /** @type {ReturnType<typeof createBlocks> | null} */
  let blocks = null;
  /** @type {number | null} */
  let seen = null;
  let isGone = false;

  const body = h('div', { class: 'lesson-body' });
  const all = label(h('button', { type: 'button', class: 'button', click: () => open('') }), 'lesson.all');
  const again = label(h('button', { type: 'button', class: 'button', click: () => open(wish?.name ?? '') }), 'lesson.again');
  const close = label(h('button', { type: 'button', class: 'button', click: () => dispatch({ do: 'lesson', name: null }) }), 'lesson.close');
  root.append(h('div', { class: 'lesson-bar' }, all, again, close), body);
  mark(root, 'tabindex', 0);

  /** @param {string} name */
  const open = (name) => dispatch({ do: 'lesson', name, starts: true });

  /**
   * @param {{ name: string, starts: boolean }} asked
   * @param {string} tag
   */
  async function load(asked, tag) {
    const isOther = wish?.name !== asked.name;
    const starts = asked.starts && wish !== asked;
    wish = asked;
    language = tag;
    all.hidden = again.hidden = !asked.name;
    try {
      const [index, text] = await Promise.all([readText('lessons/index.json'), asked.name ? readText(`lessons/${asked.name}.${tag}.md`) : '']);
      if (isGone || wish !== asked || language !== tag) return;
      /** @type {Listed[]} */
      const listed = JSON.parse(index)[tag];
      if (text) drawLesson(asked.name, engine.lesson(text), listed, starts || isOther);
      else drawList(listed);
      if (text && starts) dispatch({ do: 'open', address: { link: engine.lesson(text).link, says: 'lesson.opened' } });
    } catch (error) {
      if (error instanceof WebAssembly.RuntimeError) throw error;
      body.replaceChildren(h('p', { role: 'alert' }, t('failure.part')));
    }
  }

  /** @param {Listed[]} listed */
  function drawList(listed) {
    blocks = null;
    const title = h('h2', { class: 'lesson-title', tabindex: -1 }, t('lesson.list'));
    fill(title, [h('p', {}, t('lesson.what')), h('ol', { class: 'lesson-list' }, listed.map((it) => h('li', {},
      h('button', { type: 'button', class: 'lesson-link', click: () => open(it.name) }, it.title),
      h('p', {}, it.summary),
      h('p', { class: 'quiet' }, t('lesson.minutes', { minutes: it.minutes }), recall(doneKey(it.name)) ? ` · ${t('lesson.done')}` : ''))))], true);
  }

  /**
   * @param {string} name
   * @param {Lesson} lesson
   * @param {Listed[]} listed
   * @param {boolean} isNew else the same one in another language, read on at the same place
   */
  function drawLesson(name, lesson, listed, isNew) {
    const place = isNew ? null : findPlace();
    const next = listed[listed.findIndex((it) => it.name === name) + 1];
    blocks = createBlocks(lesson, dispatch, words, engine, isNew ? null : blocks);
    blocks.onDone(() => remember(doneKey(name), 'yes'));
    const title = h('h2', { class: 'lesson-title', tabindex: -1 }, lesson.title);
    fill(title, [...blocks.nodes, next
      ? h('button', { type: 'button', class: 'button lesson-next', click: () => open(next.name) }, t('lesson.next', { title: next.title }))
      : h('button', { type: 'button', class: 'button lesson-next', click: () => open('') }, t('lesson.all'))], isNew);
    seen = null;
    place?.();
    // Goals are looked at in the next frame.
    dispatch({ do: 'look' });
  }

  /**
   * Whoever is here reads on at the top of what is new; who reads an article around it, stays there.
   * @param {HTMLElement} title
   * @param {Node[]} nodes
   * @param {boolean} isNew
   */
  function fill(title, nodes, isNew) {
    const { activeElement } = /** @type {Document | ShadowRoot} */ (root.getRootNode());
    body.replaceChildren(title, ...nodes);
    if (!isNew) return;
    root.scrollTop = 0;
    if (!root.hidden && activeElement && activeElement !== document.body) title.focus();
  }

  /** Remembers what stands at the top, to put it there again. */
  function findPlace() {
    const top = Math.max(0, root.getBoundingClientRect().top);
    const at = [...body.children].findIndex((it) => it.getBoundingClientRect().bottom > top);
    const old = body.children[at]?.getBoundingClientRect().top ?? 0;
    return () => {
      const moved = (body.children[at]?.getBoundingClientRect().top ?? old) - old;
      const scroller = root.scrollHeight > root.clientHeight ? root : document.scrollingElement;
      if (scroller) scroller.scrollTop += moved;
    };
  }

  return {
    update({ page, seq }) {
      if (page.lesson && (page.lesson !== wish || page.language !== language)) load(page.lesson, page.language);
      if (root.hidden || seen === seq) return;
      seen = seq;
      blocks?.look();
    },
    destroy() {
      isGone = true;
      root.replaceChildren();
    },
  };
};
