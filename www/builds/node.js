// @ts-check
// In the place of `site.js` in the npm package under Node: the engine is read from disk.

import * as engine from '../pkg/statefulset_playground.js';

export { address, hasSite, importEngine, readText, readWhole } from './packaged.js';

/** @param {typeof engine} it */
export async function startEngine(it) {
  const { readFile } = await import(/** @type {any} */ ('node:fs/promises'));
  return it.default({ module_or_path: await readFile(new URL('./statefulset_playground_bg.wasm', import.meta.url)) });
}
