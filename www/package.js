// @ts-check
// The whole package: the cluster without a page, and the element, not yet defined. Importing it changes nothing.

export { Cluster } from './api/cluster.js';
export { NAME, StatefulSetPlayground } from './element/playground.js';
