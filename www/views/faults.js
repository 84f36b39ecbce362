// @ts-check
// What can go wrong with one object: the engine says what, and with which command; here one is chosen.

import { h, list, put, write } from '../dom.js';

/** @type {(root: HTMLElement, dispatch: Dispatch, words: Words, engine: Engine) => Dialog<[FaultsOf]>} */
export const createFaults = (root, dispatch, words, engine) => {
  const title = h('h2', { id: 'faults-title', class: 'object-name' });
  const faults = h('ul', { class: 'fault-list' });
  const close = words.label(h('button', { type: 'button', class: 'button', click: () => dialog.close() }), 'help.close');
  /** @type {HTMLDialogElement} */
  const dialog = h('dialog', {
    class: 'faults', 'aria-labelledby': 'faults-title',
    // What lies around the list is the dialog's own backdrop.
    click: (event) => event.target === dialog && dialog.close(),
  }, h('div', { class: 'faults-sheet' }, title, faults, close));
  root.append(dialog);

  /** @type {Draw<{ code: string, command: string }>} */
  const draw = list(faults, () => {
    let line = '';
    const name = h('span', {});
    const command = h('code', {});
    const button = h('button', {
      type: 'button', class: 'fault',
      click: () => {
        dialog.close();
        dispatch({ do: 'typeOutside', line });
      },
    }, name, command);
    return {
      node: h('li', {}, button),
      update(fault) {
        line = fault.command;
        write(name, words.t(/** @type {Key} */ (`fault.${fault.code}`)));
        write(command, fault.command);
      },
    };
  });

  return {
    open({ kind, namespace, name }) {
      const place = document.activeElement?.getBoundingClientRect();
      write(title, `${kind}/${name}`);
      draw(engine.faults(kind, namespace, name));
      dialog.showModal();
      if (!place) return;
      // Beside what was pressed, and inside the window.
      put(dialog, '--x', `${Math.max(8, Math.min(place.right, innerWidth - 8) - dialog.offsetWidth)}px`);
      put(dialog, '--y', `${Math.max(8, Math.min(place.bottom + 4, innerHeight - dialog.offsetHeight - 8))}px`);
    },
    update() {},
    destroy() { dialog.remove(); },
  };
};
