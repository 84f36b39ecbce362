// @ts-check
// One StatefulSet: its controller's line, and a column for each ordinal. The column stays, and so do its claims; the pod
// in it comes and goes. Of very many columns those alike are one.

import { h, icon, list, mark, put, reshape, show, write, writeSentence } from '../dom.js';
import { createClaimCard } from './claim-card.js';
import { createMore } from './more.js';
import { createHistory, createPodCard } from './pod-card.js';

/** More columns than these are small ones. */
const FEW = 24;

/** @type {CreateRow<StatefulSetView>} */
export const createSetBlock = (dispatch, words) => {
  const { t } = words;
  const name = h('h3', { class: 'object-name' });
  const facts = h('span', { class: 'quiet' });
  const waitText = h('span', {});
  const waiting = h('p', { class: 'standing' }, icon('wait'), waitText);
  const more = createMore(dispatch, words);
  const line = h('header', { class: 'bar' }, h('div', { class: 'bar-head' }, name, facts, waiting, more.node));
  const columns = h('ol', { class: 'columns' });
  const drawColumns = list(columns, () => createColumn(dispatch, words));

  return {
    node: h('section', { class: 'set' }, line, columns),
    update(set) {
      mark(line, 'aria-current', set.current ? 'step' : null);
      write(name, `statefulset/${set.name}`);
      const { ready, replicas, policy } = set;
      write(facts, words.within(set.gone ? t('set.gone') : t('set.facts', { ready, replicas, policy }), set.namespace));
      show(more.node, !set.gone);
      more.update('statefulset', set.namespace, set.name);
      show(waiting, set.waiting);
      writeSentence(waitText, set.waiting?.text ?? '');
      put(columns, '--count', set.columns.length);
      mark(columns, 'data-dense', set.columns.length > FEW);
      drawColumns(set.columns, (it) => (it.group ? `${it.name}+` : it.name));
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
  const history = createHistory(words);
  const claims = h('div', { class: 'claims' });
  const drawClaims = list(claims, () => createClaimCard(dispatch, words));
  const alikeShape = icon('gone');
  const alikeText = h('span', {});
  const alike = h('p', { class: 'status alike' }, alikeShape, alikeText);
  const column = h('li', { class: 'column' },
    h('div', { class: 'column-head' }, ordinal, h('div', { class: 'column-names' }, dns, resolves)),
    condemned, alike, place, absent, history.node, claims);

  let seen = '';
  return {
    node: column,
    update(next) {
      // Of two hundred columns few change at a time. The age is not shown.
      const now = words.tag() + JSON.stringify({ ...next, pod: next.pod && { ...next.pod, ageText: '' } });
      if (now === seen) return;
      seen = now;
      const { group } = next;
      mark(column, 'aria-current', next.current ? 'step' : null);
      mark(column, 'data-empty', !next.pod);
      mark(column, 'data-tone', group?.tone ?? null);
      write(ordinal, group ? `${next.ordinal}–${group.to}` : next.ordinal);
      write(dns, group ? `${next.name} – ${group.toName}` : next.dnsName || next.name);
      show(alike, group);
      reshape(alikeShape, group?.tone ?? 'gone');
      if (group) write(alikeText, t('column.alike', { count: group.count, status: group.status ?? t('column.empty') }));
      mark(resolves, 'data-resolves', next.resolves);
      reshape(shape, next.resolves ? 'yes' : 'no');
      write(answer, next.resolves ? t('column.resolves') : next.dnsName ? t('column.noAnswer') : t('column.noName'));
      show(condemned, next.condemned);
      // Another pod of the same name is another pod: it arrives anew.
      drawPod(next.pod && !group ? [next.pod] : [], (/** @type {PodView} */ it) => it.incarnation);
      show(absent, !next.pod);
      history.update(next.past ?? []);
      drawClaims(group ? [] : next.claims, (it) => it.name);
      show(claims, next.claims.length && !group);
      writeSentence(absent, next.absent?.text ?? t('column.empty'));
    },
  };
};
