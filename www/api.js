// @ts-check
// The package without the element: importing it changes nothing.

export { Cluster } from './api/cluster.js';
