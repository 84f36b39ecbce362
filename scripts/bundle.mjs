// How scripts are bundled for places without a server of their own: `site.js` gives way to a file of `www/builds`, and
// what that asks for is put in.
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));
export const WWW = join(ROOT, 'www');
export const read = (name) => readFileSync(join(WWW, name), 'utf8');

/** All files below a folder of `from`, by their paths there. */
export const filesBelow = (from, folder = '') => (existsSync(join(from, folder))
  ? readdirSync(join(from, folder), { recursive: true }).map((it) => join(folder, String(it)))
    .filter((it) => statSync(join(from, it)).isFile()).sort() : []);

/** Texts that a build carries with it: languages, examples, lessons, and what more it is given. */
function inlinedFiles(more) {
  const names = ['languages', 'examples', 'lessons'].flatMap((it) => filesBelow(WWW, it));
  const texts = { ...Object.fromEntries(names.map((it) => [it, read(it)])), ...more };
  const wasm = gzipSync(readFileSync(join(WWW, 'pkg/statefulset_playground_bg.wasm')), { level: 9 }).toString('base64');
  return `export const texts = ${JSON.stringify(texts)};\nexport const wasm = ${JSON.stringify(wasm)};\n`;
}

const inlining = (place, more) => ({
  name: 'inlining',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\/site\.js$/ }, () => ({ path: join(WWW, 'builds', `${place}.js`) }));
    onResolve({ filter: /^inlined:files$/ }, () => ({ path: 'files', namespace: 'inlined' }));
    onLoad({ filter: /.*/, namespace: 'inlined' }, () => ({ contents: inlinedFiles(more), loader: 'js' }));
  },
});

/**
 * The text of one bundled script.
 * @param {string} entry below www
 * @param {{ place?: 'inlined' | 'packaged' | 'node', more?: Record<string, string> } & import('esbuild').BuildOptions} [options]
 *   `place` says which file stands for `site.js`; `more` is put beside the site's own texts
 */
export async function bundle(entry, { place, more = {}, ...options } = {}) {
  const { outputFiles } = await build({
    absWorkingDir: ROOT, entryPoints: [join(WWW, entry)], bundle: true, minify: true, target: 'es2022', charset: 'utf8',
    legalComments: 'none', logLevel: 'warning', write: false, plugins: place ? [inlining(place, more)] : [],
    // The engine's own script asks where it is; a build that holds it never does.
    platform: place === 'node' ? 'node' : 'browser',
    define: place === 'inlined' ? { 'import.meta.url': '""' } : {},
    ...options,
  });
  return outputFiles[0].text;
}
