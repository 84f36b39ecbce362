// @ts-check
// The pieces of a lesson. Which choice is right and which goal is reached is the engine's to say.

import { h, icon, mark, reshape, show, write } from '../dom.js';

/** What a reader has done in a lesson, by the number of the piece. @typedef {{ chosen: Map<number, number>, opened: Set<number> }} Done */

/** @typedef {import('../dom.js').Child} Child */
const PROMPT = /^(\/ #|[$>]) /;
const MARKUP = /(`[^`]+`|\*\*[^*]+\*\*|\[[^\]]+\]\(https:[^)\s]+\))/;

/** Code, strong words and links in a sentence. @param {string} text @returns {Child[]} */
function inline(text) {
  return text.split(MARKUP).map((part, at) => {
    if (at % 2 === 0) return part;
    if (part.startsWith('`')) return h('code', {}, part.slice(1, -1));
    if (part.startsWith('*')) return h('strong', {}, part.slice(2, -2));
    const [, words, href] = /** @type {string[]} */ (/^\[(.*)\]\((.*)\)$/.exec(part));
    return h('a', { href }, words);
  });
}

/**
 * @param {Lesson} lesson
 * @param {Dispatch} dispatch
 * @param {Words} words
 * @param {Engine} engine
 * @param {{ done: Done } | null} before the same pieces in another language
 */
export function createBlocks(lesson, dispatch, words, engine, before) {
  const { t } = words;
  /** @type {Done} */
  const done = before?.done ?? { chosen: new Map(), opened: new Set() };
  /** @type {(() => boolean)[]} */
  const goals = [];
  /** @type {() => void} */
  let finish = () => {};

  /** Commands, with what they print, and a button that types them. @param {string} text @param {string} commands */
  const typed = (text, commands) => h('div', { class: 'lesson-console' },
    h('pre', { tabindex: 0 }, text.trimEnd().split('\n').map((line) => h('span', { class: PROMPT.test(line) ? 'lesson-typed' : '' }, `${line}\n`))),
    h('button', { type: 'button', class: 'button', 'aria-label': `${t('lesson.run')}: ${firstLine(commands)}`, click: () => dispatch({ do: 'perform', text: commands }) },
      icon('play'), t('lesson.run')));

  /** @param {number} at @param {string} title @param {...Child} children */
  const folded = (at, title, ...children) => {
    const node = h('details', { class: 'lesson-fold', open: done.opened.has(at), toggle: () => (node.open ? done.opened.add(at) : done.opened.delete(at)) },
      h('summary', {}, title), ...children);
    return node;
  };

  /** @param {LessonBlock} block @param {number} at */
  function prediction(block, at) {
    const result = h('p', { class: 'lesson-result', role: 'status' });
    const why = h('p', {}, inline(block.rest));
    const choices = block.choices.map((choice, number) => {
      const shape = icon('yes');
      const node = h('button', { type: 'button', class: 'button lesson-choice', click: () => { done.chosen.set(at, number); draw(); } }, shape, h('span', {}, inline(choice)));
      return { node, shape, number };
    });
    function draw() {
      const chosen = done.chosen.get(at);
      const isRight = chosen === block.answer;
      for (const { node, shape, number } of choices) {
        mark(node, 'aria-pressed', number === chosen);
        mark(node, 'data-tone', chosen === undefined ? null : number === block.answer ? 'ready' : number === chosen ? 'failed' : null);
        reshape(shape, chosen === undefined ? 'gone' : number === block.answer ? 'yes' : number === chosen ? 'no' : 'gone');
      }
      show(result, chosen !== undefined);
      show(why, chosen !== undefined);
      write(result, chosen === undefined ? '' : t(isRight ? 'lesson.right' : 'lesson.wrong', { answer: plain(block.choices[block.answer ?? 0]) }));
    }
    draw();
    return h('fieldset', { class: 'lesson-predict' }, h('legend', {}, inline(block.text)), choices.map((it) => it.node), result, why);
  }

  /** @param {LessonBlock} block */
  function goal(block) {
    const shape = icon('wait');
    const state = h('strong', {});
    const node = h('p', { class: 'lesson-goal', role: 'status' }, shape, h('span', {}, state, ' ', inline(block.text)));
    goals.push(() => {
      const isReached = engine.holds(block.commands, block.rest);
      mark(node, 'data-tone', isReached ? 'ready' : 'pending');
      reshape(shape, isReached ? 'yes' : 'wait');
      write(state, t(isReached ? 'lesson.reached' : 'lesson.goal'));
      return isReached;
    });
    return node;
  }

  /** @param {LessonBlock} block @param {number} at @returns {HTMLElement} */
  function draw(block, at) {
    switch (block.kind) {
      case 'heading': return h('h3', {}, inline(block.text));
      case 'text': return h('p', {}, inline(block.text));
      case 'item': return h('ul', { class: 'lesson-items' }, h('li', {}, inline(block.text)));
      case 'yaml': return folded(at, t('lesson.manifest'), h('pre', { class: 'lesson-yaml', tabindex: 0 }, block.text));
      case 'console': return typed(block.text, block.commands);
      case 'predict': return prediction(block, at);
      case 'goal': return goal(block);
      case 'hint': return folded(at, t('lesson.hint'), h('p', {}, inline(block.text)));
      case 'solution': return folded(at, t('lesson.solution'), typed(block.commands, block.commands));
    }
  }

  return {
    done,
    nodes: lesson.blocks.map(draw),
    /** Looks which goals are reached now. */
    look() {
      const reached = goals.map((it) => it());
      if (reached.length && reached.every(Boolean)) finish();
    },
    /** @param {() => void} then */
    onDone(then) { finish = then; },
  };
}

/** @param {string} commands */
const firstLine = (commands) => commands.split('\n', 1)[0].replace(/^\S+ /, '');

/** A sentence without its markup. @param {string} text */
const plain = (text) => text.replace(/[`*]/g, '');
