// @ts-check
// What is missing, and what still works, where the playground cannot run or broke off.

import { EngineMissing } from './engine.js';
import { h } from './dom.js';

/**
 * @param {HTMLElement} root
 * @param {Words} words
 * @param {unknown} error
 * @param {string} text what stood in the editor: it is never lost
 * @param {object} ways
 * @param {() => void} ways.again
 * @param {string} [ways.link] what leads to where it broke
 * @param {'main' | 'div'} [tag]
 */
export async function showFailure(root, words, error, text, { again, link }, tag = 'main') {
  const { t } = words;
  const place = new URL(location.href);
  place.hash = link ? await import('./permalink.js').then((it) => it.pack(link)).catch(() => '') : '';
  const isMissing = error instanceof EngineMissing;
  root.replaceChildren(h(tag, { class: 'notice' },
    h('h1', {}, t('title')),
    h('p', { class: 'notice-what', role: 'alert' }, isMissing ? t(error.key) : t('failure.broken')),
    h('pre', { class: 'notice-error' }, String(error instanceof Error ? error.message : error)),
    h('p', {}, t('failure.still')),
    h('textarea', { class: 'notice-text', rows: 16, spellcheck: 'false', 'aria-label': t('editor.label') }, text),
    h('p', { class: 'notice-links' },
      h('button', { type: 'button', class: 'button primary', click: again }, t('failure.again')),
      Boolean(place.hash) && h('a', { href: place.href, target: '_blank' }, t('failure.replay')),
      h('a', { href: words.tag() === 'en' ? 'https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/'
        : 'https://kubernetes.io/zh-cn/docs/concepts/workloads/controllers/statefulset/' }, t('failure.docs')))));
}
