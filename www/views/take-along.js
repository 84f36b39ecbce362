// @ts-check
// What an author takes along: code that puts this moment into a page, and the whole page as one file. Loaded when Share
// is opened.

import { h, show, write } from '../dom.js';
import { address, hasSite, readWhole } from '../site.js';
import { download } from './download.js';

/** The forms, in the order of the choice. @type {[name: string, key: Key][]} */
const FORMS = [['element', 'embed.element'], ['iframe', 'embed.iframe'], ['markdown', 'embed.link'], ['code', 'embed.code']];

const NAME = 'statefulset.html';

/** @param {string} text */
const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

/**
 * @param {Words} words
 * @param {Engine} engine
 * @param {Page} page
 */
export function createTakeAlong(words, engine, page) {
  const { t, label } = words;
  /** The link to this moment: a whole address. */
  let link = '';
  const form = label(h('select', { class: 'select', change: draw }, FORMS.filter(([name]) => hasSite || name === 'code').map(([value, key]) => label(h('option', { value }), key))), 'embed.form', 'aria-label');
  const code = label(h('textarea', { class: 'notice-text', rows: 5, readonly: true, spellcheck: 'false', focus: () => code.select() }), 'embed.label', 'aria-label');
  const copied = h('span', { class: 'quiet', role: 'status' });
  const copy = label(h('button', { type: 'button', class: 'button', click: onCopy }), 'embed.copy');
  const file = label(h('button', { type: 'button', class: 'button', click: onFile }), 'share.file');
  const missing = h('p', { class: 'share-warning', role: 'status' });

  async function onCopy() {
    code.select();
    const isCopied = await navigator.clipboard?.writeText(code.value).then(() => true, () => false);
    write(copied, t(isCopied ? 'share.copied' : 'share.selected'));
  }

  async function onFile() {
    try {
      // Text in a script that no browser runs ends at the first sign of a tag.
      const state = engine.link().replaceAll('<', '\\u003c');
      const whole = await readWhole();
      download(whole.replace('<!--state-->', () => `<script id="state" type="application/json">${state}</script>`), NAME, 'text/html');
    } catch {
      write(missing, t('share.noFile'));
      show(missing, true);
    }
  }

  /** @type {Record<string, () => string>} */
  const codes = {
    element: () => `<script type="module" src="${address('pkg/element.js').href}"></script>\n<statefulset-playground size="lesson" link="${hash()}">\n<pre><code class="language-yaml">${escaped(page.applied.trimEnd())}\n</code></pre>\n</statefulset-playground>\n`,
    iframe: () => `<iframe title="StatefulSet playground" sandbox="allow-scripts" width="100%" height="580" loading="lazy" src="${address('embed.html').href}?size=lesson${hash()}"></iframe>\n`,
    markdown: () => `[${t('title')}](${link})\n`,
    code: () => `\`\`\`yaml\n${page.applied.trimEnd()}\n\`\`\`\n${hasSite ? `\n${codes.markdown()}` : ''}`,
  };
  const hash = () => link.slice(link.indexOf('#'));

  function draw() {
    write(copied, '');
    show(missing, false);
    code.value = codes[form.value]();
  }

  return {
    node: h('div', { class: 'take-along' }, label(h('h3', { class: 'small-title' }), 'embed.title'),
      h('div', { class: 'share-line' }, form, copy, copied), code,
      h('div', { class: 'share-files' }, file), missing),
    /** @param {string} to */
    update(to) {
      link = to;
      draw();
    },
  };
}
