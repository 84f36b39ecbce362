// @ts-check
// Defines <statefulset-playground>: one tag puts a playground into an article. What it is made of is in `element/`.

import { NAME, StatefulSetPlayground } from './element/playground.js';

if (globalThis.customElements && !customElements.get(NAME)) customElements.define(NAME, StatefulSetPlayground);

export { NAME, StatefulSetPlayground };
