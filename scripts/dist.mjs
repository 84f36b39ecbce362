// Makes of a built `www` what is put on a host: `node scripts/dist.mjs [OUT]`. One folder that works under any path: the
// page, the element, the classic script, the page for iframes, one file that holds everything, the npm package. The same
// sources and engine give the same bytes in any folder.
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { ROOT, WWW, bundle, filesBelow, read } from './bundle.mjs';
import { makePackage } from './npm.mjs';

const OUT = resolve(process.argv[2] ?? join(ROOT, 'dist'));
const PKG = join(OUT, 'pkg');
const put = (name, text) => writeFileSync(join(OUT, name), text);
const hash = (kind, bytes) => `${kind}-${createHash(kind).update(bytes).digest('base64')}`;
/** A script that may stand in a page. */
const escaped = (script) => script.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--');
/** Maps are for whoever works on the sources. */
const withoutMap = (text) => text.replace(/\n?(?:\/\/|\/\*)# sourceMappingURL=.*\n?/, '\n');

/** One file that opens from disk: nothing is asked of any server, and its policy says so. */
async function singleFile() {
  const style = withoutMap(read('pkg/style.css')).trim();
  const icon = `data:image/svg+xml,${encodeURIComponent(read('favicon.svg').trim())}`;
  // The script carries this text, to make such files itself; so the policy, which names the script, is put in after it.
  const template = read('single.html').replace('{style}', () => style).replace('{icon}', () => icon);
  const script = escaped(await bundle('main.js', { place: 'inlined', format: 'iife', more: { 'single.html': template } }));
  const policy = `default-src 'none'; script-src '${hash('sha256', script)}' 'wasm-unsafe-eval'; style-src '${hash('sha256', style)}'; img-src data:; base-uri 'none'; form-action 'none'`;
  return template.replace('{policy}', () => policy).replace('<!--program-->', () => script);
}

rmSync(OUT, { recursive: true, force: true });
mkdirSync(PKG, { recursive: true });
for (const name of ['index.html', 'embed.html', 'favicon.svg', 'examples', 'languages', 'lessons']) {
  if (existsSync(join(WWW, name))) cpSync(join(WWW, name), join(OUT, name), { recursive: true });
}
for (const name of readdirSync(join(WWW, 'pkg')).filter((it) => /\.(?:js|css|wasm)$/.test(it))) {
  const file = join(WWW, 'pkg', name);
  if (name.endsWith('.wasm')) cpSync(file, join(PKG, name));
  else writeFileSync(join(PKG, name), withoutMap(readFileSync(file, 'utf8')));
}
put('pkg/element.iife.js', await bundle('classic.js', {
  place: 'inlined', format: 'iife', globalName: 'StatefulSetPlayground', more: { 'pkg/element.css': withoutMap(read('pkg/element.css')) },
}));
put('pkg/embed.js', await bundle('embed.js', { format: 'iife' }));
put('playground.html', await singleFile());
await makePackage(join(OUT, 'npm'), OUT);

// What a page that loads a script from elsewhere can check it by.
const assets = filesBelow(OUT).filter((it) => /\.(?:js|css|wasm|html)$/.test(it) && !it.startsWith('npm'));
put('integrity.json', `${JSON.stringify(Object.fromEntries(assets.map((it) => [it, hash('sha384', readFileSync(join(OUT, it)))])), null, 2)}\n`);
console.log(`${'raw'.padStart(10)} ${'gzip'.padStart(10)}`);
for (const name of filesBelow(OUT).filter((it) => /\.(?:js|html|wasm)$/.test(it))) {
  const bytes = readFileSync(join(OUT, name));
  console.log(`${String(bytes.length).padStart(10)} ${String(gzipSync(bytes, { level: 9 }).length).padStart(10)}  ${name}`);
}
