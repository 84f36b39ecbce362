// @ts-check
// Name, place in the story, language; the buttons that open dialogs.

import { h, mark, show, write } from '../dom.js';
import { LANGUAGES } from '../words.js';

/** @type {(root: HTMLElement, dispatch: Dispatch, words: Words, settings: Settings) => View} */
export const createHeader = (root, dispatch, words, { places }) => {
  const { t, label } = words;
  const place = h('span', { class: 'place' });
  const version = label(h('span', { class: 'version' }), 'header.version', 'title');
  // Its name is in the language it leads to.
  const other = () => (words.tag() === 'en' ? 'zh-CN' : 'en');
  const language = h('button', { type: 'button', class: 'button', click: () => dispatch({ do: 'language', tag: other() }) });
  const question = label(h('button', { type: 'button', class: 'button', click: () => dispatch({ do: 'help' }) }), 'header.help');
  const share = label(h('button', { type: 'button', class: 'button', click: () => dispatch({ do: 'share' }) }), 'header.share');
  const lessons = label(h('button', { type: 'button', class: 'button', click: () => dispatch({ do: 'lesson', name: '' }) }), 'header.lessons');
  show(lessons, !places || places.includes('lesson'));
  root.append(
    h('div', { class: 'brand' }, label(h('h1', {}), 'title'), place),
    h('div', { class: 'header-actions' }, version, lessons, language, share, question));

  return {
    update({ step, steps, kubernetes }) {
      const key = step === 0 ? 'header.start' : step === steps ? 'header.step' : 'header.stepOf';
      write(place, t(key, { step, steps }));
      write(version, `Kubernetes ${kubernetes}`);
      write(language, LANGUAGES[other()]);
      mark(language, 'lang', other());
    },
    destroy() { root.replaceChildren(); },
  };
};
