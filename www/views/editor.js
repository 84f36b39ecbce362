// @ts-check
// The manifests: a plain textarea at first and on phones; a code editor once a mouse comes near or a key is pressed.
// Below it what the engine says of the text.

import { h, list, mark, show, write } from '../dom.js';
import { arrive } from '../lazy.js';
import { createFindings } from './findings.js';
import { createPlainText } from './plain-text.js';

/** @type {(root: HTMLElement, dispatch: Dispatch, words: Words, engine: Engine) => View & { goTo: GoTo }} */
export const createEditor = (root, dispatch, words, engine) => {
  const { label } = words;
  const run = label(h('button', { type: 'button', class: 'button', click: () => dispatch({ do: 'run' }) }), 'editor.run');
  const apply = label(h('button', { type: 'button', class: 'button', click: () => dispatch({ do: 'apply' }) }), 'editor.apply');
  const edited = label(h('span', { class: 'edited' }), 'editor.edited');
  const findings = createFindings((line, column) => surface.goTo(line, column), dispatch, words);
  const files = h('div', { class: 'files' });
  const drawFiles = list(files, createFile);
  /** @type {Surface} */
  let surface = createPlainText(words, (text) => dispatch({ do: 'edit', text }));
  /** @type {[Shown, number] | null} */
  let last = null;
  let isAsked = false;
  let isComposing = false;
  root.append(h('div', { class: 'editor-actions' }, run, apply, edited), surface.node, findings.node, files);

  const hasRoom = matchMedia('(min-width: 700px) and (pointer: fine)');
  surface.node.addEventListener('pointerenter', ask);
  surface.node.addEventListener('keydown', ask);
  surface.node.addEventListener('compositionstart', () => { isComposing = true; });
  surface.node.addEventListener('compositionend', () => { isComposing = false; ask(); });

  /** Fetches the code editor, if there is room for it. Without it, the textarea does. */
  async function ask() {
    if (isAsked || !hasRoom.matches) return;
    isAsked = true;
    try {
      const { createCode } = await arrive(words, () => import('./code.js'));
      // An input method has a word under way: after it.
      if (isComposing || !root.isConnected) isAsked = false;
      else exchange(createCode(words, engine, dispatch, () => findings.node.focus()));
    } catch {
      isAsked = false;
    }
  }

  /** @param {Surface} next */
  function exchange(next) {
    const caret = surface.hasFocus() ? surface.caret() : null;
    surface.node.before(next.node);
    surface.destroy();
    surface = next;
    if (last) surface.update(...last);
    if (caret === null) return;
    const before = (last?.[0].page.text ?? '').slice(0, caret).split('\n');
    surface.goTo(before.length, /** @type {string} */ (before.at(-1)).length + 1);
  }

  return {
    goTo: (line, column) => surface.goTo(line, column),
    update(shown, previous) {
      const { page, current, files: written } = shown;
      const isEdited = page.text !== page.applied;
      // The step rests on a line of what the cluster was given; it is marked while that line is still there.
      const number = current?.line ?? 0;
      /** @param {string} text */
      const line = (text) => text.split('\n', number)[number - 1];
      const marked = number && line(page.text) === line(page.applied) ? number : 0;
      last = [shown, marked];
      surface.update(...last);
      show(edited, isEdited);
      mark(run, 'class', isEdited ? 'button primary' : 'button');
      findings.update(shown);
      // Files a transcript wrote; what stands in the editor need not stand here too.
      const other = written.filter((it) => it.text !== page.applied);
      drawFiles(other, (it) => it.name);
      show(files, other.length);
      const before = previous?.current?.line ?? 0;
      if (marked && marked !== before && !surface.hasFocus()) surface.reveal(marked);
    },
    destroy() {
      surface.destroy();
      root.replaceChildren();
    },
  };
};

/** @type {() => Row<{ name: string, text: string }>} */
const createFile = () => {
  const name = h('summary', {});
  const text = h('pre', { tabindex: 0 });
  return {
    node: h('details', {}, name, text),
    update(file) {
      write(name, file.name);
      write(text, file.text);
    },
  };
};
