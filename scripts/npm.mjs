// The npm package: `dist/npm`, ready for `npm pack`. Types are written by hand in `npm/`; tests/consumers
// compile against them, and run what they describe.
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, WWW, bundle, read } from './bundle.mjs';

const VERSION = /^version = "(.*)"$/m.exec(readFileSync(join(ROOT, 'Cargo.toml'), 'utf8'))?.[1];

const MANIFEST = {
  name: 'statefulset-playground',
  version: VERSION,
  description: 'Kubernetes StatefulSets and headless-Service DNS, simulated step by step in any web page, with a reason for every step',
  license: 'Apache-2.0',
  keywords: ['kubernetes', 'statefulset', 'dns', 'simulator', 'playground', 'web-component', 'wasm'],
  type: 'module',
  sideEffects: ['./element.js', './element.iife.js'],
  exports: {
    '.': { types: './index.d.ts', node: './index.node.js', default: './index.js' },
    './element': { types: './element.d.ts', default: './element.js' },
    './core': { types: './core.d.ts', node: './core.node.js', default: './core.js' },
    './inline': { types: './index.d.ts', default: './inline.js' },
    './element.iife.js': './element.iife.js',
    './statefulset_playground_bg.wasm': './statefulset_playground_bg.wasm',
    './element.css': './element.css',
    './embed.html': './embed.html',
    './playground.html': './playground.html',
    './examples/*': './examples/*',
    './lessons/*': './lessons/*',
    './custom-elements.json': './custom-elements.json',
    './package.json': './package.json',
  },
  main: './index.node.js',
  module: './index.js',
  types: './index.d.ts',
  unpkg: './element.iife.js',
  jsdelivr: './element.iife.js',
  customElements: './custom-elements.json',
  files: ['*'],
};

/**
 * @param {string} out
 * @param {string} site the folder with the built page
 */
export async function makePackage(out, site) {
  mkdirSync(out, { recursive: true });
  const put = (name, text) => writeFileSync(join(out, name), text);
  const style = { 'pkg/element.css': readFileSync(join(site, 'pkg/element.css'), 'utf8') };
  const build = async (name, entry, place, more = {}) => put(name, await bundle(entry, { place, more, format: 'esm', external: place === 'inlined' ? [] : ['./code.js'] }));
  await build('index.js', 'package.js', 'packaged', style);
  await build('index.node.js', 'package.js', 'node', style);
  await build('element.js', 'element.js', 'packaged', style);
  await build('core.js', 'api.js', 'packaged');
  await build('core.node.js', 'api.js', 'node');
  await build('inline.js', 'package.js', 'inlined', style);
  for (const name of ['index.d.ts', 'core.d.ts', 'element.d.ts', 'custom-elements.json', 'README.md']) cpSync(join(ROOT, 'npm', name), join(out, name));
  cpSync(join(WWW, 'pkg/statefulset_playground.d.ts'), join(out, 'engine.d.ts'));
  cpSync(join(WWW, 'pkg/statefulset_playground_bg.wasm'), join(out, 'statefulset_playground_bg.wasm'));
  cpSync(join(site, 'pkg/element.iife.js'), join(out, 'element.iife.js'));
  cpSync(join(site, 'pkg/element.css'), join(out, 'element.css'));
  cpSync(join(site, 'playground.html'), join(out, 'playground.html'));
  mkdirSync(join(out, 'pkg'), { recursive: true });
  cpSync(join(site, 'pkg/code.js'), join(out, 'code.js'));
  for (const name of ['element.iife.js', 'embed.js']) cpSync(join(site, 'pkg', name), join(out, 'pkg', name));
  put('embed.html', read('embed.html'));
  for (const name of ['examples', 'lessons']) if (existsSync(join(WWW, name))) cpSync(join(WWW, name), join(out, name), { recursive: true });
  cpSync(join(ROOT, 'LICENSE'), join(out, 'LICENSE'));
  put('package.json', `${JSON.stringify(MANIFEST, null, 2)}\n`);
}
