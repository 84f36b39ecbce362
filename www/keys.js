// @ts-check
// Single-key shortcuts: only while focus is inside the playground and not where text is typed.

/** @type {Record<string, Command>} */
export const SHORTCUTS = {
  ' ': { do: 'play' },
  '.': { do: 'step' },
  ',': { do: 'back' },
  ']': { do: 'marker', direction: 1 },
  '[': { do: 'marker', direction: -1 },
  r: { do: 'reset' },
  '/': { do: 'terminal' },
  '?': { do: 'help' },
};

const TYPING = 'input, textarea, select, dialog, .code-editor';
// Space presses what has the focus.
const PRESSED = 'button, a, summary';

/**
 * @param {HTMLElement} root
 * @param {Dispatch} dispatch
 * @param {() => boolean} isOn
 * @returns {() => void} stops listening
 */
export function listenToKeys(root, dispatch, isOn) {
  /** @param {KeyboardEvent} event */
  const onKey = (event) => {
    const target = /** @type {Element} */ (event.target);
    const isRange = target instanceof HTMLInputElement && target.type === 'range';
    if (!isOn() || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
    if (!isRange && target.closest(TYPING)) return;
    if (event.key === ' ' && target.closest(PRESSED)) return;
    if (!Object.hasOwn(SHORTCUTS, event.key)) return;
    event.preventDefault();
    dispatch(SHORTCUTS[event.key]);
  };
  root.addEventListener('keydown', onKey);
  return () => root.removeEventListener('keydown', onKey);
}
