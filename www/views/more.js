// @ts-check
// The button on a card that opens the list of what can go wrong with it.

import { h, icon, mark } from '../dom.js';

/** @type {(dispatch: Dispatch, words: Words) => { node: HTMLElement, update: (kind: string, namespace: string, name: string) => void }} */
export const createMore = (dispatch, words) => {
  /** @type {{ kind: string, namespace: string, name: string } | null} */
  let about = null;
  const node = h('button', {
    type: 'button', class: 'quiet-button more', 'aria-haspopup': 'dialog',
    click: () => about && dispatch({ do: 'faults', ...about }),
  }, icon('more'));
  return {
    node,
    update(kind, namespace, name) {
      about = { kind, namespace, name };
      mark(node, 'aria-label', words.t('fault.more', { object: `${kind}/${name}` }));
    },
  };
};
