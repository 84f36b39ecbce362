// @ts-check
// The manifests in a plain textarea, over a drawing of its own lines, which carries numbers, colours and marks.

import { h, list, mark } from '../dom.js';

// Key and comment of a line of YAML: a help for the eye. What a line means is the engine's business.
const LINE = /^(\s*(?:- +)*)([\w."/-]+)(:)(?=\s|$)(.*)$/;
const COMMENT = /^(.*?)(^|\s)(#.*)$/;

const DRAWN_MAX = 200_000;
const LINES_MAX = 4000;

/** @param {string} text */
const countLines = (text) => text.split('\n', LINES_MAX + 1).length;

/** @typedef {{ text: string, severity: Diagnostic['severity'] | null, isCurrent: boolean }} Line */

/** @type {(words: Words, onInput: (text: string) => void) => Surface} */
export const createPlainText = (words, onInput) => {
  const input = words.label(h('textarea', {
    class: 'code-input', spellcheck: 'false', autocapitalize: 'off', autocomplete: 'off', wrap: 'soft',
    input: () => onInput(input.value),
  }), 'editor.label', 'aria-label');
  const drawing = h('div', { class: 'code-lines', 'aria-hidden': 'true' });
  const drawLines = list(drawing, createLine);
  const scroller = h('div', { class: 'code' }, h('div', { class: 'code-sheet' }, drawing, input));

  return {
    node: scroller,
    hasFocus: () => document.activeElement === input,
    caret: () => input.selectionStart,
    goTo(line, column) {
      const before = input.value.split('\n').slice(0, line - 1).reduce((sum, it) => sum + it.length + 1, 0);
      const at = before + Math.max(0, column - 1);
      input.focus();
      input.setSelectionRange(at, at);
      this.reveal(line);
    },
    reveal(line) {
      const node = /** @type {HTMLElement | undefined} */ (drawing.children[line - 1]);
      if (!node || !scroller.clientHeight) return;
      const isIn = node.offsetTop >= scroller.scrollTop && node.offsetTop + node.offsetHeight <= scroller.scrollTop + scroller.clientHeight;
      if (!isIn) scroller.scrollTop = node.offsetTop - scroller.clientHeight / 3;
    },
    update({ page }, marked) {
      if (input.value !== page.text) input.value = page.text;
      // Beyond that a text is shown as it is, without numbers and marks.
      const isPlain = page.text.length > DRAWN_MAX || countLines(page.text) > LINES_MAX;
      mark(scroller, 'class', isPlain ? 'code code-plain' : 'code');
      const lines = isPlain ? [] : page.text.split('\n');
      /** @type {Line[]} */
      const drawn = lines.map((text, index) => ({ text, severity: null, isCurrent: index + 1 === marked }));
      for (const { line, severity } of page.paste.diagnostics) {
        const at = drawn[line - 1];
        if (at && at.severity !== 'error') at.severity = severity;
      }
      drawLines(drawn);
    },
    destroy() { scroller.remove(); },
  };
};

/** @type {() => Row<Line>} */
const createLine = () => {
  const node = h('div', { class: 'code-line' });
  /** @type {string | null} */
  let text = null;
  return {
    node,
    update(line) {
      mark(node, 'data-severity', line.severity);
      mark(node, 'data-current', line.isCurrent);
      if (text === line.text) return;
      text = line.text;
      node.replaceChildren(...drawLine(text));
    },
  };
};

/**
 * @param {string} line
 * @returns {(Node | string)[]}
 */
function drawLine(line) {
  if (!line) return ['\u200b'];
  const [, before, space, comment] = COMMENT.exec(line) ?? [null, line, '', ''];
  const [, indent, key, colon, value] = LINE.exec(before) ?? [null, before, '', '', ''];
  return [
    indent,
    ...(key ? [h('span', { class: 'yaml-key' }, key), colon, h('span', { class: 'yaml-value' }, value)] : []),
    space,
    ...(comment ? [h('span', { class: 'yaml-comment' }, comment)] : []),
  ];
}
