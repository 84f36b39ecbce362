// @ts-check
// What the browser keeps for a reader between visits. Where storage is blocked, nothing is kept and nothing breaks.

const PREFIX = 'statefulset-playground.';

/** @param {string} name @param {string} value */
export function remember(name, value) {
  try {
    localStorage.setItem(PREFIX + name, value);
  } catch { /* a sandboxed frame has no storage */ }
}

/** @param {string} name */
export function forget(name) {
  try {
    localStorage.removeItem(PREFIX + name);
  } catch { /* as above */ }
}

/** @param {string} name */
export function recall(name) {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}
