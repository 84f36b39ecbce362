// What the sources of the page promise to any host: no eval, no markup from text, no inline style, relative addresses.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { POLICY, WWW } from './server.mjs';

const names = ['', 'views', 'element', 'api', 'builds'].flatMap((folder) => readdirSync(join(WWW, folder)).map((it) => join(folder, it)));
const read = (name) => readFileSync(join(WWW, name), 'utf8');
const scripts = names.filter((it) => it.endsWith('.js'));

test('scripts use no eval and make no markup from text', () => {
  for (const name of scripts) {
    assert.doesNotMatch(read(name), /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|setInterval/, name);
    assert.match(read(name), /^\/\/ @ts-check\n\/\/ [A-Z]/, `${name} says what it is`);
    assert.ok(read(name).split('\n').length <= 251, `${name} is too long`);
  }
});

test('one script asks for animation frames', () => {
  assert.deepEqual(scripts.filter((it) => /requestAnimationFrame\(/.test(read(it))), ['player.js']);
});

test('the page carries the strict policy, no inline script or style, and only relative addresses', () => {
  for (const page of ['index.html', 'embed.html']) assert.doesNotMatch(read(page), /\sstyle=|<style|<script>|\son[a-z]+=/, page);
  const html = read('index.html');
  assert.ok(html.includes(`content="${POLICY}"`));
  assert.doesNotMatch(html, /\sstyle=|<style|<script>|\son[a-z]+=/);
  for (const [, address] of html.matchAll(/(?:src|href)="([^"]+)"/g)) assert.doesNotMatch(address, /^(\/|https?:)/);
  assert.doesNotMatch(read('style.css'), /url\(|@import|@font-face/);
});
