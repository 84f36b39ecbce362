// The words of the page: the same keys and places in every language, each of them used.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { WWW } from './server.mjs';

const scripts = ['', 'views'].flatMap((folder) => readdirSync(join(WWW, folder))
  .filter((it) => it.endsWith('.js')).map((it) => join(WWW, folder, it)));
const source = scripts.map((it) => readFileSync(it, 'utf8')).join('\n');
const read = (folder, name) => JSON.parse(readFileSync(join(WWW, 'languages', folder, name), 'utf8'));
const catalogues = Object.fromEntries(readdirSync(join(WWW, 'languages')).filter((it) => it.endsWith('.json'))
  .map((it) => [it, { ...read('', it), ...read('later', it) }]));
const rust = (name) => readFileSync(join(WWW, '../src', name), 'utf8');
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
  const faults = rust('view/faults.rs');
  const isUsed = (key) => source.includes(`'${key}'`) || faults.includes(`"${key.replace(/^fault\./, '')}"`);
  const unused = Object.keys(english).filter((it) => !isUsed(it));
  assert.deepEqual(unused, []);
  const asked = [...source.matchAll(/\bt\('([^']+)'/g), ...source.matchAll(/\), '([a-z]+\.[a-zA-Z]+)'/g)].map((it) => it[1]);
  assert.deepEqual(asked.filter((it) => !Object.hasOwn(english, it)), []);
  assert.ok(used.size > 50);
});

test('words of the first load stand in no later part, and the other way round', () => {
  for (const name of Object.keys(catalogues)) {
    const both = Object.keys(read('later', name)).filter((it) => Object.hasOwn(read('', name), it));
    assert.deepEqual(both, [], name);
  }
});

test('every fault and every fact has a name', () => {
  const faults = [...rust('view/faults.rs').matchAll(/(?<!named)\("([a-z-]+)",/g)].map((it) => it[1]);
  assert.ok(faults.length > 10);
  assert.deepEqual(faults.filter((it) => it !== 'delete' && !Object.hasOwn(english, `fault.${it}`)), []);
  const facts = [...rust('why/catalogue.rs').matchAll(/^ {4}[A-Z]\w+ \{([^}]*)\}/gm)].flatMap((it) => it[1].split(',').map((name) => name.trim()));
  assert.ok(facts.length > 100);
  const names = read('facts', 'zh-CN.json');
  assert.deepEqual([...new Set(facts)].filter((it) => it && !Object.hasOwn(names, it)), []);
});
