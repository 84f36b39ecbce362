// The words of the page: the same keys and places in every language, each of them used.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { WWW } from './server.mjs';

const scripts = ['', 'views'].flatMap((folder) => readdirSync(join(WWW, folder))
  .filter((it) => it.endsWith('.js')).map((it) => join(WWW, folder, it)));
const source = scripts.map((it) => readFileSync(it, 'utf8')).join('\n');
const catalogues = Object.fromEntries(readdirSync(join(WWW, 'languages')).filter((it) => it.endsWith('.json'))
  .map((it) => [it, JSON.parse(readFileSync(join(WWW, 'languages', it), 'utf8'))]));
const english = catalogues['en.json'];

const places = (text) => (text.match(/\{\w+\}/g) ?? []).sort();

for (const [name, words] of Object.entries(catalogues)) {
  test(`${name} has every key, with the same places for facts`, () => {
    assert.deepEqual(Object.keys(words).sort(), Object.keys(english).sort());
    for (const [key, text] of Object.entries(words)) {
      assert.ok(text.trim(), `${key} says nothing`);
      // The number of an ordinal is the one word a language may need in another shape.
      assert.deepEqual(places(text), places(english[key]), key);
    }
  });
}

test('every key is used, and every key used is there', () => {
  const used = new Set(source.match(/'[a-z]+\.[a-zA-Z]+'/g).map((it) => it.slice(1, -1)));
  const unused = Object.keys(english).filter((it) => !source.includes(`'${it}'`));
  assert.deepEqual(unused, []);
  const asked = [...source.matchAll(/\bt\('([^']+)'/g), ...source.matchAll(/\), '([a-z]+\.[a-zA-Z]+)'/g)].map((it) => it[1]);
  assert.deepEqual(asked.filter((it) => !Object.hasOwn(english, it)), []);
  assert.ok(used.size > 50);
});
