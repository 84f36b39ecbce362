// @ts-check
// The page for an iframe: what its address asks for becomes one element, whose height the page around it is told. It runs
// where modules, storage and requests are forbidden (`sandbox="allow-scripts"`), so it is bundled as a classic script.

import { h, mark, put } from './dom.js';

const ATTRIBUTES = ['size', 'panels', 'controls', 'step', 'lang', 'theme', 'height', 'seed', 'nodes', 'kubernetes', 'feature-gates', 'scenario', 'lesson'];

const wishes = new URLSearchParams(location.search);
const element = h('statefulset-playground', { loading: 'eager' });
for (const name of ATTRIBUTES) if (wishes.has(name)) mark(element, name, wishes.get(name));
const yaml = wishes.get('yaml');
if (yaml !== null) element.append(h('script', { type: 'text/yaml' }, yaml));
if (wishes.has('cmd')) mark(element, 'commands', wishes.getAll('cmd').join(';'));
if (location.hash.length > 1) mark(element, 'link', location.hash);
if (wishes.has('lang')) mark(document.documentElement, 'lang', wishes.get('lang'));

put(document.body, 'margin', '0');
put(element, 'margin', '0');
document.body.append(element);

/** Whoever shows this page may give it the height it needs. */
function tell() {
  const { height } = element.getBoundingClientRect();
  parent.postMessage({ type: 'statefulset-playground', height: Math.ceil(height) }, '*');
}
new ResizeObserver(tell).observe(element);
for (const what of ['ready', 'step', 'error']) {
  element.addEventListener(`playground-${what}`, (event) => {
    const { step, time } = /** @type {CustomEvent} */ (event).detail;
    parent.postMessage({ type: 'statefulset-playground', event: what, ...(what === 'step' ? { step, time } : {}) }, '*');
  });
}
