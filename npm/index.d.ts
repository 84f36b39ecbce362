export * from './core.js';
export { NAME, StatefulSetPlayground } from './element.js';
export type { PlaygroundEvents } from './element.js';
