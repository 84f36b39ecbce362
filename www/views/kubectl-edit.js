// @ts-check
// The editor that `kubectl edit` opens: the object's text in a dialog, while the command waits in its terminal.

import { h, mark, write } from '../dom.js';

/** @type {(root: HTMLElement, dispatch: Dispatch, words: Words) => Dialog} */
export const createKubectlEdit = (root, dispatch, words) => {
  const { label } = words;
  /** The terminal that waits, and what it gave. */
  let [terminal, given] = [0, ''];

  const title = h('h2', { id: 'edit-title', class: 'object-name' });
  const text = label(h('textarea', {
    class: 'edit-text', rows: 20, wrap: 'off', spellcheck: 'false', autocapitalize: 'off', autocomplete: 'off',
  }), 'edit.label', 'aria-label');
  const save = label(h('button', { type: 'button', class: 'button primary', click: () => end(text.value) }), 'edit.save');
  const leave = label(h('button', { type: 'button', class: 'button', click: () => end(given) }), 'edit.leave');
  const dialog = h('dialog', {
    class: 'help edit', 'aria-labelledby': 'edit-title',
    cancel: (event) => { event.preventDefault(); end(given); },
  }, title, text, h('div', { class: 'dialog-actions' }, leave, save));
  root.append(dialog);

  /** @param {string} edited */
  function end(edited) {
    dialog.close();
    dispatch({ do: 'edited', text: edited, terminal });
  }

  /** @param {Shown} shown */
  function follow(shown) {
    const seats = [shown.terminal, shown.second];
    const at = seats.findIndex((it) => it.editing !== null);
    if (at < 0) return dialog.close();
    const open = seats[at].editing ?? '';
    mark(dialog, 'lang', shown.page.language);
    if (dialog.open && at === terminal && open === given) return;
    [terminal, given] = [at, open];
    write(title, seats[at].lines.findLast((it) => it.kind === 'prompt')?.text.replace(/^[$>] /, '') ?? '');
    text.value = given;
    if (!dialog.open) dialog.showModal();
    text.focus();
    text.setSelectionRange(0, 0);
    text.scrollTop = 0;
  }

  return {
    // It is open while a command waits for it: the state decides.
    open() {},
    update: follow,
    destroy() { dialog.remove(); },
  };
};
