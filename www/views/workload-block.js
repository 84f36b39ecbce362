// @ts-check
// One Deployment, DaemonSet or ReplicaSet with its pods, whose names and places come and go with them.

import { h, icon, list, mark, put, show, write, writeSentence } from '../dom.js';
import { createMore } from './more.js';
import { createPodCard } from './pod-card.js';

/** @type {CreateRow<WorkloadView>} */
export const createWorkloadBlock = (dispatch, words) => {
  const name = h('h3', { class: 'object-name' });
  const facts = h('span', { class: 'quiet' });
  const waitText = h('span', {});
  const waiting = h('p', { class: 'standing' }, icon('wait'), waitText);
  const more = createMore(dispatch, words);
  const line = h('header', { class: 'bar' }, h('div', { class: 'bar-head' }, name, facts, waiting, more.node));
  const pods = h('ul', { class: 'columns loose' });
  const drawPods = list(pods, () => {
    const card = createPodCard(dispatch, words);
    return { node: h('li', {}, card.node), update: card.update };
  });
  return {
    node: h('section', { class: 'set' }, line, pods),
    update(next) {
      mark(line, 'aria-current', next.current ? 'step' : null);
      write(name, next.object);
      write(facts, words.within(words.t('workload.facts', { ready: next.ready, replicas: next.replicas }), next.namespace));
      show(waiting, next.waiting);
      writeSentence(waitText, next.waiting?.text ?? '');
      more.update(next.object.split('/')[0], next.namespace, next.name);
      put(pods, '--count', next.pods.length);
      drawPods(next.pods, (it) => `${it.name}/${it.incarnation}`);
    },
  };
};
