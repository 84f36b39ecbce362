// @ts-check
// What all playgrounds of a document share: one compiled engine, one style sheet, each language once.

import { loadEngine } from '../engine.js';
import { readText } from '../site.js';
import { fetchLanguage } from '../words.js';

/** @type {Map<string, Promise<any>>} */
const made = new Map();

/**
 * What failed is tried anew the next time.
 * @template Thing
 * @param {string} name
 * @param {() => Promise<Thing>} make
 * @returns {Promise<Thing>}
 */
function once(name, make) {
  let thing = made.get(name);
  if (!thing) {
    thing = make();
    made.set(name, thing);
    thing.catch(() => made.delete(name));
  }
  return thing;
}

export const engineOnce = () => once('engine', loadEngine);
/** @param {string} tag */
export const languageOnce = (tag) => once(tag, () => fetchLanguage(tag));
export const exampleOnce = () => once('example', () => readText('examples/article.yaml'));

/** The page's own style, for a shadow root, and what an element needs beside it. */
export const sheetOnce = () => once('sheet', async () => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(forShadow(await readText('pkg/element.css')));
  return sheet;
});

/**
 * The page's style begins at the document's root, the element's at its own. Sizes follow the element's text, whatever
 * size the article's root has; conditions of media keep the browser's.
 * @param {string} css
 */
export function forShadow(css) {
  return css.replace(/:root|(?<=^|[},])body(?=\{)/g, ':where(#app)')
    .replace(/@(?:media|container)[^{]*\{|(\d*\.?\d+)rem\b/g, (all, size) => (size === undefined ? all : `calc(${size}*var(--rem))`));
}
