// Articles made by the site generators themselves, with the samples of integrations/.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { launch } from '../../scripts/page.mjs';
import { DIST, POLICY, serve } from '../page/server.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const MODULES = join(ROOT, 'tests/consumers/node_modules');
const YAML = /<code class="language-yaml">([^]*?)<\/code>/.exec(readFileSync(join(ROOT, 'integrations/html/article.html'), 'utf8'))[1];

test('Hexo makes a page whose playground runs', async () => {
  const blog = join(ROOT, 'target/hexo');
  rmSync(blog, { recursive: true, force: true });
  const put = (name, text) => {
    mkdirSync(dirname(join(blog, name)), { recursive: true });
    writeFileSync(join(blog, name), text);
  };
  put('package.json', '{"private":true,"hexo":{"version":""},"dependencies":{"hexo-renderer-marked":""}}');
  put('_config.yml', 'title: Blog\nurl: http://example.org/blog\nroot: /blog/\npermalink: :title.html\ntheme: bare\nskip_render: playground/**\n');
  put('themes/bare/layout/post.njk', '<!doctype html><html lang="en"><meta charset="utf-8"><title>{{ page.title }}</title><link rel="icon" href="data:,">{{ page.content | safe }}</html>');
  put('scripts/statefulset-playground.js', readFileSync(join(ROOT, 'integrations/hexo/statefulset-playground.js'), 'utf8'));
  put('source/_posts/article.md', `---\ntitle: Article\n---\nBefore.\n\n{% playground size:figure step:ready %}\n${YAML}{% endplayground %}\n\nAfter.\n`);
  symlinkSync(MODULES, join(blog, 'node_modules'));
  await promisify(execFile)(process.execPath, [join(MODULES, 'hexo/bin/hexo'), 'generate'], { cwd: blog });
  const html = readFileSync(join(blog, 'public/article.html'), 'utf8');

  const site = await serve({ root: DIST, path: '/blog/playground/', pages: { 'article.html': html }, policy: `${POLICY}; img-src data:` });
  const browser = await launch();
  const page = await browser.newPage();
  const errors = [];
  page.on('pageerror', (it) => errors.push(String(it)));
  await page.goto(`${site.url}article.html`);
  await page.waitForFunction(() => document.querySelector('statefulset-playground')?.running);
  assert.equal(await page.evaluate(() => document.querySelector('statefulset-playground').snapshot().statefulSets[0].ready), 2);
  assert.deepEqual(await page.locator('p').filter({ hasText: /^(Before|After)\.$/ }).allTextContents(), ['Before.', 'After.']);
  assert.deepEqual(errors, []);
  await browser.close();
  site.stop();
});
