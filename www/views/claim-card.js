// @ts-check
// One claim and its volume: what stays when pods go.

import { h, icon, mark, reshape, show, write, writeSentence } from '../dom.js';
import { createMore } from './more.js';

/** @type {CreateRow<ClaimView>} */
export const createClaimCard = (dispatch, words) => {
  const { t, label } = words;
  const name = h('span', { class: 'pod-name' });
  const shape = icon('pending');
  const status = h('span', {});
  const volume = h('p', { class: 'claim-volume' });
  const kept = label(h('p', { class: 'claim-kept' }), 'claim.kept');
  const waiting = h('p', { class: 'pod-waiting' });
  const more = createMore(dispatch, words);
  const card = h('article', { class: 'claim' },
    name, h('p', { class: 'status' }, shape, status), volume, kept, waiting, more.node);
  return {
    node: card,
    update(claim) {
      const [namespace, plain] = claim.name.includes('/') ? claim.name.split('/') : ['default', claim.name];
      mark(card, 'data-tone', claim.tone);
      mark(card, 'aria-current', claim.current ? 'step' : null);
      write(name, claim.name);
      reshape(shape, claim.tone);
      write(status, [claim.status, claim.size].filter(Boolean).join(' · '));
      show(volume, claim.volume);
      write(volume, claim.volume);
      mark(volume, 'title', t('claim.volume', { volume: claim.volume }));
      show(kept, claim.kept);
      show(waiting, claim.waiting);
      writeSentence(waiting, claim.waiting?.text ?? '');
      more.update('persistentvolumeclaim', namespace, plain);
    },
  };
};
