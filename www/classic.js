// @ts-check
// What the classic script puts into `StatefulSetPlayground`: the element, defined, and the cluster without a page.

export { Cluster } from './api/cluster.js';
export * from './element.js';
