// @ts-check
// One pod: state by shape, word and colour; its address and those before; what it waits for.

import { h, icon, list, mark, reshape, show, write, writeSentence } from '../dom.js';

const PAST_SHOWN = 3;
/** @type {Record<Intl.LDMLPluralRule, Key>} */
const NTH = { zero: 'nth.other', one: 'nth.one', two: 'nth.two', few: 'nth.few', many: 'nth.other', other: 'nth.other' };

/** @type {CreateRow<PodView>} */
export const createPodCard = (dispatch, words) => {
  const { t, label } = words;
  /** @type {PodView | null} */
  let pod = null;
  const name = h('span', { class: 'pod-name' });
  const ready = label(h('span', { class: 'pod-ready' }), 'pod.readyTitle', 'title');
  const shape = icon('gone');
  const status = h('span', {});
  const address = h('span', { class: 'address' });
  const past = h('ul', { class: 'past' });
  /** @type {Draw<string>} */
  const drawPast = list(past, () => {
    const text = h('s', {});
    return { node: h('li', {}, text), update: (ip) => write(text, ip) };
  });
  const earlier = h('div', { class: 'pod-past' }, label(h('span', { class: 'unseen' }), 'pod.past'), past);
  const node = h('span', {});
  const restarts = h('span', {});
  const nth = h('p', { class: 'pod-nth' });
  const waiting = h('p', { class: 'pod-waiting' });
  const remove = h('button', {
    type: 'button', class: 'quiet-button',
    click: () => pod && dispatch({ do: 'delete', pod: pod.name, namespace: pod.namespace }),
  }, icon('trash'), label(h('span', {}), 'pod.delete'));
  const card = h('article', { class: 'pod' },
    h('div', { class: 'pod-head' }, name, ready),
    h('p', { class: 'status' }, shape, status),
    address, earlier,
    nth, waiting,
    h('div', { class: 'pod-foot' }, h('p', { class: 'pod-place' }, node, restarts), remove));

  /** @param {number} number */
  function nthPod(number) {
    const rule = new Intl.PluralRules(words.tag(), { type: 'ordinal' }).select(number);
    return t('pod.nth', { nth: t(NTH[rule], { number }) });
  }

  return {
    node: card,
    update(next) {
      pod = next;
      mark(card, 'data-tone', next.tone);
      mark(card, 'aria-current', next.current ? 'step' : null);
      const full = next.namespace === 'default' ? next.name : `${next.namespace}/${next.name}`;
      write(name, full);
      write(ready, next.readyText);
      reshape(shape, next.tone);
      write(status, next.status);
      write(address, next.ip || t('pod.noAddress'));
      mark(address, 'data-empty', !next.ip);
      drawPast(next.pastIps.slice(0, PAST_SHOWN), (it) => it);
      show(earlier, next.pastIps.length);
      write(node, next.node || t('pod.noNode'));
      show(restarts, next.restarts);
      if (next.restarts) write(restarts, t('pod.restarts', { count: next.restarts }));
      show(nth, next.incarnation > 1);
      write(nth, next.incarnation > 1 ? nthPod(next.incarnation) : '');
      show(waiting, next.waiting);
      writeSentence(waiting, next.waiting?.text ?? '');
      mark(remove, 'aria-label', t('pod.deleteName', { pod: full }));
    },
  };
};
