// @ts-check
// One pod: state by shape, word and colour; its address, what it waits for, and the pods of its name before it.

import { h, icon, list, mark, reshape, show, write, writeSentence } from '../dom.js';
import { createMore } from './more.js';

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
  const history = createHistory(words);
  const node = h('span', {});
  const restarts = h('span', {});
  const waiting = h('p', { class: 'pod-waiting' });
  const remove = h('button', {
    type: 'button', class: 'quiet-button',
    click: () => pod && dispatch({ do: 'delete', pod: pod.name, namespace: pod.namespace }),
  }, icon('trash'), label(h('span', {}), 'pod.delete'));
  const more = createMore(dispatch, words);
  const card = h('article', { class: 'pod' },
    h('div', { class: 'pod-head' }, name, ready, more.node),
    h('p', { class: 'status' }, shape, status),
    address, history.node, waiting,
    h('div', { class: 'pod-foot' }, h('p', { class: 'pod-place' }, node, restarts), remove));

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
      history.update(next.past, next.incarnation);
      write(node, next.node || t('pod.noNode'));
      show(restarts, next.restarts);
      if (next.restarts) write(restarts, t('pod.restarts', { count: next.restarts }));
      show(waiting, next.waiting);
      writeSentence(waiting, next.waiting?.text ?? '');
      mark(remove, 'aria-label', t('pod.deleteName', { pod: full }));
      more.update('pod', next.namespace, next.name);
    },
  };
};

/**
 * The pods that had a name before: the last address struck through, and all of them when asked for.
 * @type {(words: Words) => { node: HTMLElement, update: (past: PastPod[], nth?: number) => void }}
 */
export const createHistory = (words) => {
  const { t, label } = words;
  /** @param {number} number */
  const ordinal = (number) => t(NTH[new Intl.PluralRules(words.tag(), { type: 'ordinal' }).select(number)], { number });
  const node = h('div', { class: 'history' });
  /** Made with the first pod of the past: of two hundred names most never have one. */
  function open() {
    const last = h('s', {});
    const summary = h('summary', {});
    const pods = h('ol', {});
    node.append(h('p', {}, label(h('span', { class: 'unseen' }), 'pod.past'), last), h('details', {}, summary, pods));
    /** @type {Draw<PastPod>} */
    const draw = list(pods, () => {
      const item = h('li', {});
      return {
        node: item,
        update: (it) => write(item, t('pod.was', {
          nth: ordinal(it.nth), ip: it.ip || t('pod.noAddress'), node: it.node || t('pod.noNode'), from: it.fromText, to: it.toText,
        })),
      };
    });
    return { last, summary, draw };
  }
  /** @type {ReturnType<typeof open> | null} */
  let parts = null;
  return {
    node,
    update(past, nth) {
      show(node, past.length);
      if (!past.length) return;
      parts ??= open();
      write(parts.last, past.find((it) => it.ip)?.ip ?? '');
      write(parts.summary, nth ? t('pod.nth', { nth: ordinal(nth) }) : t('pod.before', { count: past.length }));
      parts.draw(past, (it) => it.nth);
    },
  };
};
