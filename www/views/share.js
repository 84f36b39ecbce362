// @ts-check
// What a reader takes along: a link to this very moment, and files.

import { h, mark, show, write } from '../dom.js';
import { LONG, pack } from '../permalink.js';
import { download } from './download.js';

/** @type {[engineExport: 'transcript' | 'log' | 'picture', key: Key, name: string, type: string][]} */
const FILES = [
  ['transcript', 'share.transcript', 'statefulset.md', 'text/markdown'],
  ['log', 'share.log', 'statefulset.jsonl', 'application/jsonl'],
  ['picture', 'share.picture', 'statefulset.svg', 'image/svg+xml'],
];

const MANIFESTS = 'manifests.yaml';

/** @type {(root: HTMLElement, words: Words, engine: Engine, page: Page, settings: Settings) => Dialog} */
export const createShare = (root, words, engine, page, settings) => {
  const { t, label } = words;
  const address = label(h('input', { type: 'text', class: 'share-address', readonly: true, focus: () => address.select() }), 'share.link', 'aria-label');
  const copied = h('span', { class: 'quiet', role: 'status' });
  const copy = label(h('button', { type: 'button', class: 'button primary', click: onCopy }), 'share.copy');
  const unapplied = label(h('p', { class: 'share-warning' }), 'share.unapplied');
  const long = label(h('p', { class: 'quiet' }), 'share.long');
  const files = FILES.map(([what, key, name, type]) => label(h('button', {
    type: 'button', class: 'button', click: () => download(engine.export(what), name, type),
  }), key));
  const manifests = label(h('button', { type: 'button', class: 'button', click: () => download(page.text, MANIFESTS, 'application/yaml') }), 'share.manifests');
  /** What only authors need, when it has come. @type {ReturnType<typeof import('./take-along.js').createTakeAlong> | null} */
  let more = null;
  const place = h('div', {});
  const close = label(h('button', { type: 'button', class: 'button', click: () => dialog.close() }), 'help.close');
  const dialog = h('dialog', { class: 'help', 'aria-labelledby': 'share-title' },
    label(h('h2', { id: 'share-title' }), 'share.title'),
    label(h('p', {}), 'share.what'),
    h('div', { class: 'share-line' }, address, copy), copied, unapplied, long,
    h('div', { class: 'share-files' }, ...files, manifests),
    place,
    h('div', { class: 'dialog-actions' }, close));
  root.append(dialog);

  async function onCopy() {
    address.select();
    // Where the clipboard is not ours, the text stands selected.
    const isCopied = await navigator.clipboard?.writeText(address.value).then(() => true, () => false);
    write(copied, t(isCopied ? 'share.copied' : 'share.selected'));
  }

  return {
    async open() {
      if (dialog.open) return;
      write(copied, '');
      const here = new URL(settings.home);
      here.search = '';
      here.hash = await pack(engine.link());
      address.value = here.href;
      show(unapplied, page.text !== page.applied);
      show(long, here.href.length > LONG);
      mark(dialog, 'lang', words.tag());
      dialog.showModal();
      more ??= await import('./take-along.js').then((it) => it.createTakeAlong(words, engine, page), () => null);
      if (more) {
        place.replaceChildren(more.node);
        more.update(address.value);
      }
    },
    update() {},
    destroy() { dialog.remove(); },
  };
};
