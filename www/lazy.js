// @ts-check
// Parts of the page that are fetched when a reader first asks for them. Where one does not come, a sentence says so in
// its place, and everything else goes on.

import { h } from './dom.js';

/**
 * A part with the words it needs.
 * @template Part
 * @param {Words} words
 * @param {() => Promise<Part>} load
 */
export const arrive = async (words, load) => (await Promise.all([load(), words.complete()]))[0];

/**
 * A view that is fetched when its panel is first shown; tried anew whenever the panel is shown again.
 * @param {HTMLElement} root
 * @param {Words} words
 * @param {() => void} redraw
 * @param {() => Promise<() => View>} load
 * @returns {View}
 */
export function lazyView(root, words, redraw, load) {
  /** @type {View | null} */
  let view = null;
  let isAsked = false;
  let isGone = false;
  const trouble = words.label(h('p', { class: 'intro', role: 'alert' }), 'failure.part');

  async function ask() {
    isAsked = true;
    try {
      const create = await arrive(words, load);
      if (isGone) return;
      root.replaceChildren();
      view = create();
      redraw();
    } catch {
      root.replaceChildren(trouble);
    }
  }

  return {
    update(shown, previous) {
      if (view) view.update(shown, previous);
      else if (root.hidden) isAsked = false;
      else if (!isAsked) ask();
    },
    destroy() {
      isGone = true;
      view?.destroy();
    },
  };
}

/**
 * A dialog that is fetched when it is first opened.
 * @template {unknown[]} About
 * @param {Words} words
 * @param {() => Promise<() => Dialog<About>>} load
 * @param {() => void} fail tells the reader that it did not come
 * @returns {Dialog<About>}
 */
export function lazyDialog(words, load, fail) {
  /** @type {Dialog<About> | null} */
  let dialog = null;
  /** @type {[Shown, Shown | null] | null} */
  let last = null;
  let isGone = false;
  return {
    async open(...about) {
      try {
        const create = dialog ? null : await arrive(words, load);
        if (isGone) return;
        dialog ??= create?.() ?? null;
        if (last) dialog?.update(...last);
      } catch {
        return fail();
      }
      await dialog?.open(...about);
    },
    update(...shown) {
      last = shown;
      dialog?.update(...shown);
    },
    destroy() {
      isGone = true;
      dialog?.destroy();
    },
  };
}
