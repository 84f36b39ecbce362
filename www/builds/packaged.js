// @ts-check
// In the place of `site.js` in the npm package: texts are inside, the engine is the file beside the script, named in the
// way that bundlers find.

import * as engine from '../pkg/statefulset_playground.js';
import { texts } from 'inlined:files';

export const address = () => new URL(globalThis.location?.href ?? 'about:blank');

/** Whether there is a site that links and elements can lead to. */
export const hasSite = false;

/** @param {string} path below www */
export async function readText(path) {
  if (!Object.hasOwn(texts, path)) throw new Error(`${path}: not in this package`);
  return texts[path];
}

export const importEngine = async () => engine;

/** @param {typeof engine} it */
export const startEngine = (it) => it.default();

/** @returns {Promise<string>} */
export async function readWhole() {
  throw new Error('playground.html: not in this package');
}
