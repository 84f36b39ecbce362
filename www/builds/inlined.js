// @ts-check
// In the place of `site.js` where one script holds everything: texts, and the engine as gzip in base64.

import * as engine from '../pkg/statefulset_playground.js';
import { texts, wasm } from 'inlined:files';

/** There is no site: the page itself is all there is. */
export const address = () => new URL(globalThis.location?.href ?? 'about:blank');

/** Whether there is a site that links and elements can lead to. */
export const hasSite = false;

/** @param {string} path below www */
export async function readText(path) {
  if (!Object.hasOwn(texts, path)) throw new Error(`${path}: not in this file`);
  return texts[path];
}

export const importEngine = async () => engine;

/** @param {typeof engine} it */
export async function startEngine(it) {
  const bytes = Uint8Array.from(atob(wasm), (sign) => sign.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return it.default({ module_or_path: await new Response(stream).arrayBuffer() });
}

/** This page as one file, before anything happened in it: it is made of its own parts. */
export async function readWhole() {
  const template = await readText('single.html');
  const program = document.getElementById('program')?.textContent ?? '';
  const policy = document.querySelector('meta[http-equiv="Content-Security-Policy"]')?.getAttribute('content') ?? '';
  return template.replace('{policy}', () => policy).replace('<!--program-->', () => program);
}
