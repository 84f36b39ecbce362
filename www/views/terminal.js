// @ts-check
// Lines and a prompt: no terminal emulator, because the lines are all there is. Copying, zoom, touch and input methods
// are the browser's own.

import { h, list, mark, show, write } from '../dom.js';

const IME_KEY = 229;

/** @type {Create<{ focus: () => void }>} */
export const createTerminal = (root, dispatch, words) => {
  const { t, label } = words;
  /** @type {string[]} */
  const history = [];
  let place = 0;

  const printed = h('ol', {});
  const lines = label(h('div', { class: 'lines', role: 'log', tabindex: 0 }, printed), 'terminal.output', 'aria-label');
  /** @type {Draw<TerminalView['lines'][0]>} */
  const drawLines = list(printed, () => {
    const node = h('li', {});
    return {
      node,
      update(line) {
        mark(node, 'class', `line-${line.kind}`);
        write(node, line.text || ' ');
      },
    };
  });
  const prompt = h('label', { class: 'prompt', for: 'terminal-input' });
  const input = label(h('input', {
    id: 'terminal-input', class: 'terminal-input', type: 'text', autocomplete: 'off', autocapitalize: 'off',
    spellcheck: 'false', enterkeyhint: 'send', keydown: onKey, paste: onPaste,
  }), 'terminal.input', 'aria-label');
  const interrupt = h('button', { type: 'button', class: 'terminal-button', click: () => dispatch({ do: 'interrupt' }) }, 'Ctrl-C');
  const hint = label(h('button', { type: 'button', class: 'terminal-button hint', click: () => dispatch({ do: 'play' }) }), 'terminal.waits');
  const form = h('form', { class: 'prompt-line', submit: (event) => { event.preventDefault(); enter(); } },
    prompt, input, interrupt, hint);
  const pending = h('p', { class: 'terminal-note' });
  const chips = label(h('ul', { class: 'chips' }), 'terminal.chips', 'aria-label');
  /** @type {Draw<string>} */
  const drawChips = list(chips, () => {
    let line = '';
    const button = h('button', { type: 'button', class: 'terminal-button', click: () => dispatch({ do: 'type', line }) });
    return {
      node: h('li', {}, button),
      update(next) {
        line = next;
        write(button, next);
      },
    };
  });
    root.append(h('div', { class: 'session' }, lines, form, pending), chips);

  function enter() {
    const line = input.value;
    input.value = '';
    if (line.trim()) history.push(line);
    place = history.length;
    dispatch({ do: 'type', line });
  }

  /** Several lines are typed one after another; the last one, if it has no end yet, stays to be ended. @param {ClipboardEvent} event */
  function onPaste(event) {
    const [first, ...more] = (event.clipboardData?.getData('text') ?? '').split(/\r?\n/);
    if (!more.length) return;
    event.preventDefault();
    const last = more.pop() ?? '';
    const lines = [input.value.slice(0, input.selectionStart ?? undefined) + first, ...more];
    input.value = '';
    for (const line of lines.filter((it) => it.trim())) {
      history.push(line);
      dispatch({ do: 'type', line });
    }
    place = history.length;
    input.value = last;
  }

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    // An input method's Enter chooses a word; it sends nothing.
    if (event.key === 'Enter' && (event.isComposing || event.keyCode === IME_KEY)) return event.preventDefault();
    if (event.key === 'c' && event.ctrlKey && input.selectionStart === input.selectionEnd) {
      event.preventDefault();
      input.value = '';
      dispatch({ do: 'interrupt' });
    }
    const direction = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (direction === undefined || event.isComposing) return;
    event.preventDefault();
    place = Math.max(0, Math.min(history.length, place + direction));
    input.value = history[place] ?? '';
  }

  return {
    focus: () => input.focus(),
    update(shown, previous) {
      const { terminal, page } = shown;
      drawLines(terminal.lines);
      write(prompt, terminal.prompt);
      show(prompt, terminal.prompt.trim());
      show(interrupt, terminal.busy || terminal.prompt === '> ');
      show(hint, terminal.busy && !page.playing && !shown.idle);
      show(pending, terminal.pending);
      write(pending, t('terminal.pending', { count: terminal.pending }));
      drawChips(terminal.suggestions, (it) => it);
      // The last line is in view; the list scrolls, and nothing outside it.
      if (previous?.terminal.lines.length !== terminal.lines.length) lines.scrollTop = Number.MAX_SAFE_INTEGER;
    },
    destroy() { root.replaceChildren(); },
  };
};
