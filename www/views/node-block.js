// @ts-check
// One node: how it stands, and the pods on it, each by state, shape and word. Pods without a node stand in a block of
// their own.

import { h, icon, list, mark, reshape, show, write } from '../dom.js';
import { createMore } from './more.js';

/** @type {CreateRow<NodeView>} */
export const createNodeBlock = (dispatch, words) => {
  const { t } = words;
  const shape = icon('ready');
  const name = h('span', { class: 'node-name' });
  const state = h('span', { class: 'quiet' });
  const more = createMore(dispatch, words);
  const taints = h('p', { class: 'taints' });
  const pods = h('ul', { class: 'residents' });
  /** @type {Draw<NodeView['pods'][0]>} */
  const drawPods = list(pods, () => {
    const own = icon('gone');
    const pod = h('span', { class: 'pod-name' });
    const status = h('span', { class: 'quiet' });
    const node = h('li', { class: 'resident' }, own, pod, status);
    return {
      node,
      update(next) {
        mark(node, 'data-tone', next.tone);
        mark(node, 'aria-current', next.current ? 'step' : null);
        reshape(own, next.tone);
        write(pod, next.name);
        write(status, next.status);
      },
    };
  });
  const node = h('li', { class: 'node' }, h('div', { class: 'node-head' }, shape, name, state, more.node), taints, pods);
  return {
    node,
    update(next) {
      const tone = !next.name ? 'pending' : next.ready ? 'ready' : 'failed';
      mark(node, 'data-tone', tone);
      mark(node, 'aria-current', next.current ? 'step' : null);
      reshape(shape, tone);
      write(name, next.name || t('pod.noNode'));
      const key = !next.ready ? 'node.notReady' : next.schedulable ? 'node.ready' : 'node.cordoned';
      write(state, next.name ? t(key, { count: next.pods.length }) : '');
      show(more.node, next.name);
      more.update('node', '', next.name);
      show(taints, next.taints.length);
      write(taints, next.taints.join(' '));
      drawPods(next.pods, (it) => it.name);
    },
  };
};
