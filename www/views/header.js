// @ts-check
// Name, place in the story, language; help and settings in a dialog of the browser's own.

import { h, mark, write } from '../dom.js';
import { LANGUAGES } from '../words.js';

/** @type {Create<{ openHelp: () => void }>} */
export const createHeader = (root, dispatch, words) => {
  const { t, label } = words;
  const place = h('span', { class: 'place' });
  const version = label(h('span', { class: 'version' }), 'header.version', 'title');
  // Its name is in the language it leads to.
  const other = () => (words.tag() === 'en' ? 'zh-CN' : 'en');
  const language = h('button', { type: 'button', class: 'button', click: () => dispatch({ do: 'language', tag: other() }) });
  const question = label(h('button', { type: 'button', class: 'button', click: () => dispatch({ do: 'help' }) }), 'header.help');
  const share = label(h('button', { type: 'button', class: 'button', click: () => dispatch({ do: 'share' }) }), 'header.share');
  const help = createHelp(root, dispatch, words);
  root.append(
    h('div', { class: 'brand' }, label(h('h1', {}), 'title'), place),
    h('div', { class: 'header-actions' }, version, language, share, question));

  return {
    openHelp: help.open,
    update(shown, previous) {
      const { step, steps, kubernetes } = shown;
      const key = step === 0 ? 'header.start' : step === steps ? 'header.step' : 'header.stepOf';
      write(place, t(key, { step, steps }));
      write(version, `Kubernetes ${kubernetes}`);
      write(language, LANGUAGES[other()]);
      mark(language, 'lang', other());
      document.title = t('title');
      help.update(shown, previous);
    },
    destroy() { root.replaceChildren(); },
  };
};

/** @type {[string, Key][]} */
const KEYS = [
  ['Space', 'help.play'], ['.', 'help.step'], [',', 'help.back'], ['[ ]', 'help.markers'],
  ['r', 'help.reset'], ['/', 'help.terminal'], ['?', 'help.help'],
];
/** @type {[Theme, Key][]} */
const THEMES = [['auto', 'theme.auto'], ['light', 'theme.light'], ['dark', 'theme.dark']];

/** @type {Create<{ open: () => void }>} */
const createHelp = (root, dispatch, words) => {
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
