// The npm package as its consumers meet it: Node, TypeScript, esbuild, Vite and a browser. `./x dist` made it.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { launch } from '../../scripts/page.mjs';
import { serve } from '../page/server.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const HERE = join(ROOT, 'tests/consumers');
/** A project with the package installed, as npm would lay it out. */
const PROJECT = join(ROOT, 'target/consumers');
const run = promisify(execFile);
const inProject = (program, ...args) => run(program, args, { cwd: PROJECT });

before(() => {
  rmSync(PROJECT, { recursive: true, force: true });
  mkdirSync(join(PROJECT, 'node_modules'), { recursive: true });
  cpSync(join(ROOT, 'dist/npm'), join(PROJECT, 'node_modules/statefulset-playground'), { recursive: true });
  for (const name of ['core.ts', 'element.ts', 'bundled.js']) cpSync(join(HERE, name), join(PROJECT, name));
  writeFileSync(join(PROJECT, 'package.json'), '{"type":"module","private":true}');
});

test('every file that the package names is there', () => {
  const folder = join(PROJECT, 'node_modules/statefulset-playground');
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const named = Object.values(manifest.exports).flatMap((it) => (typeof it === 'string' ? [it] : Object.values(it)));
  for (const name of [...named, manifest.main, manifest.customElements].filter((it) => !it.includes('*'))) {
    assert.ok(existsSync(join(folder, name)), name);
  }
  for (const [path, it] of Object.entries(manifest.exports)) if (typeof it === 'object') assert.equal(Object.keys(it)[0], 'types', path);
  const { modules } = JSON.parse(readFileSync(join(folder, 'custom-elements.json'), 'utf8'));
  const source = readFileSync(join(ROOT, 'www/element/playground.js'), 'utf8');
  const [, observed] = /observedAttributes = \[(.*)\]/.exec(source);
  for (const [, name] of observed.matchAll(/'(\w+)'/g)) {
    assert.ok(modules[0].declarations[0].attributes.some((it) => it.name === name), `${name} is described`);
  }
});

const examples = [...readFileSync(join(ROOT, 'docs/api.md'), 'utf8').matchAll(/## (.*)\n[^]*?```js\n([^]*?)```\n\n```text\n([^]*?)```/g)];
test('docs/api.md has examples', () => assert.ok(examples.length >= 3));
for (const [, title, code, printed] of examples) {
  test(`docs/api.md, ${title}: runs in Node and prints what stands there`, async () => {
    writeFileSync(join(PROJECT, 'example.mjs'), code);
    const { stdout } = await inProject(process.execPath, 'example.mjs');
    assert.equal(stdout, printed);
  });
}

test('types are what consumers in TypeScript need', async () => {
  for (const moduleResolution of ['bundler', 'nodenext']) {
    const module = moduleResolution === 'bundler' ? 'es2022' : 'nodenext';
    await inProject(join(ROOT, 'node_modules/.bin/tsc'), '--noEmit', '--ignoreConfig', '--strict', '--target', 'es2022', '--module', module, '--moduleResolution', moduleResolution,
      '--lib', 'es2023,esnext.disposable,dom,dom.iterable', '--types', '', 'core.ts', 'element.ts').catch((error) => assert.fail(error.stdout));
  }
});

test('the package loads where there are no elements', async () => {
  const { stdout } = await inProject(process.execPath, '--input-type=module', '-e', "const it = await import('statefulset-playground'); console.log(typeof it.Cluster, typeof it.StatefulSetPlayground);");
  assert.equal(stdout, 'function function\n');
});

test('esbuild bundles it for Node', async () => {
  await build({ absWorkingDir: PROJECT, entryPoints: ['bundled.js'], bundle: true, format: 'esm', platform: 'neutral', mainFields: ['module'], outfile: 'out.mjs', logLevel: 'warning' });
  assert.equal((await inProject(process.execPath, 'out.mjs')).stdout, 'service/db\nservice/kubernetes\n');
});

test('Vite builds a page with it', async () => {
  writeFileSync(join(PROJECT, 'index.html'), '<!doctype html><html lang="en"><title>Vite</title><link rel="icon" href="data:,"><script type="module" src="/main.js"></script><statefulset-playground step="ready"></statefulset-playground></html>');
  writeFileSync(join(PROJECT, 'main.js'), "import 'statefulset-playground/element';\n");
  if (!existsSync(join(PROJECT, 'node_modules/vite'))) symlinkSync(join(HERE, 'node_modules/vite'), join(PROJECT, 'node_modules/vite'));
  await inProject(process.execPath, join(HERE, 'node_modules/vite/bin/vite.js'), 'build', '--base', './', '--logLevel', 'error');
  const site = await serve({ root: join(PROJECT, 'dist'), policy: "default-src 'self' data:; script-src 'self' 'wasm-unsafe-eval'" });
  const browser = await launch();
  const page = await browser.newPage();
  const errors = [];
  page.on('pageerror', (it) => errors.push(String(it)));
  await page.goto(site.url);
  await page.waitForFunction(() => document.querySelector('statefulset-playground').running);
  assert.equal(await page.evaluate(() => document.querySelector('statefulset-playground').snapshot().statefulSets[0].ready), 2);
  assert.deepEqual(errors, []);
  await browser.close();
  site.stop();
});
