// @ts-check
// One StatefulSet: its controller's line, and a column for each ordinal. The column stays; the pod in it comes and goes.

import { h, icon, list, mark, put, reshape, show, write, writeSentence } from '../dom.js';
import { createPodCard } from './pod-card.js';

/** @type {CreateRow<StatefulSetView>} */
export const createSetBlock = (dispatch, words) => {
  const { t } = words;
  const name = h('h3', { class: 'object-name' });
  const facts = h('span', { class: 'quiet' });
  const waitText = h('span', {});
  const waiting = h('p', { class: 'standing' }, icon('wait'), waitText);
  const line = h('header', { class: 'bar' }, h('div', { class: 'bar-head' }, name, facts, waiting));
  const columns = h('ol', { class: 'columns' });
  const drawColumns = list(columns, () => createColumn(dispatch, words));

  return {
    node: h('section', { class: 'set' }, line, columns),
    update(set) {
      mark(line, 'aria-current', set.current ? 'step' : null);
      write(name, `statefulset/${set.name}`);
      write(facts, words.within(t('set.facts', { ready: set.ready, replicas: set.replicas, policy: set.policy }), set.namespace));
      show(waiting, set.waiting);
      writeSentence(waitText, set.waiting?.text ?? '');
      put(columns, '--count', set.columns.length);
      drawColumns(set.columns, (it) => it.name);
    },
  };
};

/** @type {CreateRow<ColumnView>} */
const createColumn = (dispatch, words) => {
  const { t, label } = words;
  const ordinal = h('span', { class: 'ordinal' });
  const dns = h('span', { class: 'dns-name' });
  const shape = icon('no');
  const answer = h('span', {});
  const resolves = h('span', { class: 'resolves' }, shape, answer);
  const condemned = label(h('p', { class: 'condemned' }), 'column.condemned');
  const place = h('div', { class: 'slot' });
  const drawPod = list(place, () => createPodCard(dispatch, words));
  const absent = h('p', { class: 'absent' });
  const column = h('li', { class: 'column' },
    h('div', { class: 'column-head' }, ordinal, h('div', { class: 'column-names' }, dns, resolves)),
    condemned, place, absent);

  return {
    node: column,
    update(next) {
      mark(column, 'aria-current', next.current ? 'step' : null);
      mark(column, 'data-empty', !next.pod);
      write(ordinal, next.ordinal);
      write(dns, next.dnsName || next.name);
      mark(resolves, 'data-resolves', next.resolves);
      reshape(shape, next.resolves ? 'yes' : 'no');
      write(answer, next.resolves ? t('column.resolves') : next.dnsName ? t('column.noAnswer') : t('column.noName'));
      show(condemned, next.condemned);
      // Another pod of the same name is another pod: it arrives anew.
      drawPod(next.pod ? [next.pod] : [], (/** @type {PodView} */ it) => it.incarnation);
      show(absent, !next.pod);
      writeSentence(absent, next.absent?.text ?? t('column.empty'));
    },
  };
};
