// @ts-check
// Lines and a prompt: no terminal emulator, because the lines are all there is. Copying, zoom, touch and input methods
// are the browser's own. A second terminal stands beside the first when the reader wants one.

import { h, list, mark, show, write } from '../dom.js';
import { lazyDialog } from '../lazy.js';

const IME_KEY = 229;

/** One of the two. @param {number} at @param {Dispatch} dispatch @param {Words} words @param {Engine} engine */
function createSeat(at, dispatch, words, engine) {
  const { t, label } = words;
  /** @type {string[]} */
  const history = [];
  let place = 0;
  /** What leaves the program that lines are typed at. @type {string | null} */
  let leave = null;
  /** Esc was pressed: Tab goes on to the next element, as everywhere. */
  let leaves = false;

  const printed = h('ol', {});
  const lines = label(h('div', { class: 'lines', role: 'log', tabindex: 0 }, printed), at ? 'terminal.output2' : 'terminal.output', 'aria-label');
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
  const id = at ? 'terminal-input-2' : 'terminal-input';
  const prompt = h('label', { class: 'prompt', for: id });
  const input = label(label(h('input', {
    id, class: 'terminal-input', type: 'text', autocomplete: 'off', autocapitalize: 'off',
    spellcheck: 'false', enterkeyhint: 'send', keydown: onKey, paste: onPaste, input: () => show(found, false),
  }), at ? 'terminal.input2' : 'terminal.input', 'aria-label'), 'terminal.tab', 'title');
  const interrupt = h('button', { type: 'button', class: 'terminal-button', click: stop }, 'Ctrl-C');
  const hint = label(h('button', { type: 'button', class: 'terminal-button hint', click: () => dispatch({ do: 'play' }) }), 'terminal.waits');
  const form = h('form', { class: 'prompt-line', submit: (event) => { event.preventDefault(); enter(); } },
    prompt, input, interrupt, hint);
  const pending = h('p', { class: 'terminal-note' });
  /** What the word could become. */
  const found = h('p', { class: 'terminal-note', role: 'status', hidden: true });
  const root = h('div', { class: 'session' }, lines, form, found, pending);

  function stop() {
    dispatch({ do: 'interrupt', terminal: at });
  }

  /** @param {string} line */
  function send(line) {
    if (line.trim()) history.push(line);
    place = history.length;
    dispatch({ do: 'type', line, terminal: at });
  }

  function enter() {
    const line = input.value;
    input.value = '';
    show(found, false);
    send(line);
  }

  /** Several lines are typed one after another; the last one, if it has no end yet, stays to be ended. @param {ClipboardEvent} event */
  function onPaste(event) {
    const [first, ...more] = (event.clipboardData?.getData('text') ?? '').split(/\r?\n/);
    if (!more.length) return;
    event.preventDefault();
    const last = more.pop() ?? '';
    const typed = [input.value.slice(0, input.selectionStart ?? undefined) + first, ...more];
    input.value = '';
    for (const line of typed.filter((it) => it.trim())) send(line);
    input.value = last;
  }

  function complete() {
    const cursor = input.selectionStart ?? input.value.length;
    const { from, insert, candidates } = engine.complete(input.value.slice(0, cursor), at);
    if (candidates.length) input.setRangeText(insert, from, cursor, 'end');
    write(found, candidates.join('  ') || t('terminal.none'));
    show(found, candidates.length !== 1);
  }

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    // An input method's Enter chooses a word; it sends nothing.
    if (event.key === 'Enter' && (event.isComposing || event.keyCode === IME_KEY)) return event.preventDefault();
    if (event.key === 'Tab' && !event.shiftKey && !leaves && input.value && !event.isComposing) {
      event.preventDefault();
      return complete();
    }
    leaves = event.key === 'Escape';
    if (event.key === 'l' && event.ctrlKey) {
      event.preventDefault();
      return dispatch({ do: 'type', line: 'clear', terminal: at });
    }
    if (event.key === 'c' && event.ctrlKey && input.selectionStart === input.selectionEnd) {
      event.preventDefault();
      input.value = '';
      stop();
    }
    if (event.key === 'd' && event.ctrlKey && !input.value) {
      event.preventDefault();
      if (leave) send(leave);
    }
    const direction = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (direction === undefined || event.isComposing) return;
    event.preventDefault();
    place = Math.max(0, Math.min(history.length, place + direction));
    input.value = history[place] ?? '';
  }

  return {
    root,
    stop,
    focus: () => input.focus(),
    /** @param {TerminalView} terminal @param {TerminalView | undefined} previous @param {Shown} shown */
    update(terminal, previous, shown) {
      leave = terminal.leave;
      drawLines(terminal.lines);
      write(prompt, terminal.prompt);
      show(prompt, terminal.prompt.trim());
      show(interrupt, terminal.busy || terminal.prompt === '> ');
      show(hint, terminal.busy && !shown.page.playing && !shown.idle);
      show(pending, terminal.pending);
      write(pending, t('terminal.pending', { count: terminal.pending }));
      // The last line is in view; the list scrolls, and nothing outside it.
      if (previous?.lines.length !== terminal.lines.length) lines.scrollTop = Number.MAX_SAFE_INTEGER;
    },
  };
}

/** @type {(root: HTMLElement, dispatch: Dispatch, words: Words, engine: Engine) => View & { focus: () => void }} */
export const createTerminal = (root, dispatch, words, engine) => {
  const { label } = words;
  const [first, second] = [0, 1].map((at) => createSeat(at, dispatch, words, engine));
  /** Whether the second one is there; until the reader says so, if it has been used. @type {boolean | null} */
  let isWanted = null;
  const close = label(h('button', { type: 'button', class: 'terminal-button terminal-close', click: () => want(false) }, '×'), 'terminal.close', 'aria-label');
  second.root.append(close);
  const chips = label(h('ul', { class: 'chips' }), 'terminal.chips', 'aria-label');
  /** @type {Draw<string>} */
  const drawChips = list(chips, () => {
    let line = '';
    const button = h('button', { type: 'button', class: 'terminal-button', click: () => dispatch({ do: 'type', line, terminal: 0 }) });
    return {
      node: h('li', {}, button),
      update(next) {
        line = next;
        write(button, next);
      },
    };
  });
  const more = label(h('button', { type: 'button', class: 'terminal-button terminal-more', click: () => want(true) }, '+'), 'terminal.second', 'aria-label');
  root.append(first.root, second.root, chips, more);
  const edit = lazyDialog(words, () => import('./kubectl-edit.js').then((it) => () => it.createKubectlEdit(root, dispatch, words)), () => {
    for (const terminal of [0, 1]) dispatch({ do: 'interrupt', terminal });
  });
  /** @param {Shown | null} shown */
  const isEditing = (shown) => shown !== null && [shown.terminal, shown.second].some((it) => it.editing !== null);

  /** What runs in a terminal that is closed is stopped. @param {boolean} isOpen */
  function want(isOpen) {
    isWanted = isOpen;
    showSecond(isOpen);
    if (isOpen) return second.focus();
    second.stop();
    more.focus();
  }

  /** @param {boolean} isThere */
  function showSecond(isThere) {
    show(second.root, isThere);
    show(more, !isThere);
  }

  return {
    focus: first.focus,
    update(shown, previous) {
      showSecond(isWanted ?? shown.second.lines.length > 0);
      first.update(shown.terminal, previous?.terminal, shown);
      second.update(shown.second, previous?.second, shown);
      drawChips(shown.terminal.suggestions, (it) => it);
      edit.update(shown, previous);
      if (isEditing(shown) && !isEditing(previous)) edit.open();
    },
    destroy() {
      edit.destroy();
      root.replaceChildren();
    },
  };
};
