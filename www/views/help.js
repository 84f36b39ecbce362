// @ts-check
// Help and settings, in a dialog of the browser's own.

import { h, mark } from '../dom.js';

/** @type {[string, Key][]} */
const KEYS = [
  ['Space', 'help.play'], ['.', 'help.step'], [',', 'help.back'], ['[ ]', 'help.markers'],
  ['r', 'help.reset'], ['/', 'help.terminal'], ['?', 'help.help'],
];
/** @type {[Theme, Key][]} */
const THEMES = [['auto', 'theme.auto'], ['light', 'theme.light'], ['dark', 'theme.dark']];

/** @type {(root: HTMLElement, dispatch: Dispatch, words: Words) => Dialog} */
export const createHelp = (root, dispatch, words) => {
  const { label } = words;
  const theme = h('select', { class: 'select', change: () => dispatch({ do: 'theme', theme: /** @type {Theme} */ (theme.value) }) },
    THEMES.map(([value, key]) => label(h('option', { value }), key)));
  const shortcuts = h('input', { type: 'checkbox', change: () => dispatch({ do: 'shortcuts', on: shortcuts.checked }) });
  const close = label(h('button', { type: 'button', class: 'button primary', click: () => dialog.close() }), 'help.close');
  const title = label(h('h2', { id: 'help-title' }), 'help.title');
  const dialog = h('dialog', { class: 'help', 'aria-labelledby': 'help-title' },
    title,
    label(h('p', {}), 'help.what'),
    label(h('p', {}), 'help.why'),
    h('dl', { class: 'keys' }, KEYS.map(([key, text]) => h('div', {}, h('dt', {}, h('kbd', {}, key)), label(h('dd', {}), text)))),
    h('label', { class: 'setting' }, shortcuts, label(h('span', {}), 'help.shortcuts')),
    h('label', { class: 'setting' }, label(h('span', {}), 'theme.label'), theme),
    h('div', { class: 'dialog-actions' }, close));
  root.append(dialog);

  return {
    open() {
      if (!dialog.open) dialog.showModal();
    },
    update({ page }) {
      if (theme.value !== page.theme) theme.value = page.theme;
      if (shortcuts.checked !== page.shortcuts) shortcuts.checked = page.shortcuts;
      mark(dialog, 'lang', page.language);
    },
    destroy() { dialog.remove(); },
  };
};
