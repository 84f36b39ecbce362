// The samples of integrations/ put a playground into the pages of site generators. Hexo's and mdBook's run here as those
// call them (Hexo itself: tests/consumers); Hugo's by Hugo itself where it is installed.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import vm from 'node:vm';
import { launch } from './page.mjs';
import { DIST, POLICY, serve } from './server.mjs';

const sample = (name) => readFileSync(fileURLToPath(new URL(`../../integrations/${name}`, import.meta.url)), 'utf8');
const YAML = /<code class="language-yaml">([^]*?)<\/code>/.exec(sample('html/article.html'))[1];
let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

/** What the first element of a page shows; nothing else of the page may fail. */
async function shown(html, pages = {}, path = '/') {
  const site = await serve({ root: DIST, path, pages: { 'article.html': html, ...pages }, policy: `${POLICY}; img-src data:` });
  const page = await browser.newPage();
  const errors = [];
  page.on('pageerror', (it) => errors.push(String(it)));
  page.on('console', (it) => it.type() === 'error' && errors.push(it.text()));
  await page.goto(`${site.url}article.html`);
  await page.waitForFunction(() => document.querySelector('statefulset-playground')?.running);
  const { statefulSets, step } = await page.evaluate(() => document.querySelector('statefulset-playground').snapshot());
  const size = await page.evaluate(() => document.querySelector('statefulset-playground').getAttribute('size'));
  await page.close();
  site.stop();
  assert.deepEqual(errors, []);
  return { ready: statefulSets[0]?.ready, step, size };
}
const around = (body) => `<!doctype html><html lang="en"><meta charset="utf-8"><title>Article</title><link rel="icon" href="data:,"><body>${body}</body></html>`;

test('plain HTML', async () => {
  assert.equal((await shown(sample('html/article.html'))).ready, 2);
});

test('Hexo: the tag becomes an element, with what stands in it', async () => {
  const tags = {};
  const hexo = { config: { root: '/' }, extend: { tag: { register: (name, make, { ends }) => { tags[name] = { make, ends }; } } } };
  vm.runInNewContext(sample('hexo/statefulset-playground.js'), { hexo });
  assert.equal(tags.playground.ends, true);
  const html = tags.playground.make(['size:figure', 'step:ready', 'on"click:alert(1)'], `\n${YAML}# <b>\n`);
  assert.doesNotMatch(html, /click|<b>/);
  assert.deepEqual(await shown(around(html), {}, '/playground/'), { ready: 2, step: 21, size: 'figure' });
});

/** What Hugo 0.111.3 made of its sample; compared with the Hugo of this machine, if there is one. */
const HUGO = `<script type="module" src="/blog/playground/pkg/element.js"></script>
<statefulset-playground size="figure" step="ready"><pre><code class="language-yaml">${YAML}</code></pre></statefulset-playground>
`;
test('Hugo: the shortcode becomes an element', async () => {
  assert.deepEqual(await shown(around(HUGO), {}, '/blog/playground/'), { ready: 2, step: 21, size: 'figure' });
  const folder = mkdtempSync(join(tmpdir(), 'hugo-'));
  const put = (name, text) => { mkdirSync(dirname(join(folder, name)), { recursive: true }); writeFileSync(join(folder, name), text); };
  put('config.toml', 'baseURL = "https://example.org/blog/"\ndisableKinds = ["home", "taxonomy", "term", "RSS", "sitemap", "404", "section"]\n');
  put('layouts/_default/single.html', '{{ .Content }}');
  put('layouts/shortcodes/playground.html', sample('hugo/playground.html'));
  put('content/article.md', `---\ntitle: A\n---\n{{< playground size="figure" step="ready" >}}\n${YAML}{{< /playground >}}\n`);
  const { error, stderr } = spawnSync('hugo', ['--quiet'], { cwd: folder, encoding: 'utf8' });
  if (error) return;
  assert.equal(stderr, '');
  const made = readFileSync(join(folder, 'public/article/index.html'), 'utf8').replaceAll('&#39;', "'");
  assert.equal(made.trim(), HUGO.trim());
});

test('mdBook: a block becomes an element', async () => {
  const html = around(`<pre><code class="language-yaml playground figure ready">${YAML}</code></pre><pre><code class="language-yaml">a: b</code></pre><script src="playground.js"></script>`);
  const pages = { 'playground.js': sample('mdbook/playground.js'), ...Object.fromEntries(['pkg/element.js', 'pkg/element.css', 'pkg/statefulset_playground.js', 'pkg/statefulset_playground_bg.wasm', 'languages/en.json'].map((it) => [`playground/${it}`, readFileSync(DIST + it)])) };
  assert.deepEqual(await shown(html, pages), { ready: 2, step: 21, size: 'figure' });
});
