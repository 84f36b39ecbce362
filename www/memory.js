// @ts-check
// What the browser keeps for a reader between visits. Where storage is blocked, nothing is kept and nothing breaks.

const PREFIX = 'statefulset-playground.';

/** The browser's storage. @type {Memory} */
export const stored = {
  remember(name, value) {
    try {
      localStorage.setItem(PREFIX + name, value);
    } catch { /* a sandboxed frame has no storage */ }
  },
  forget(name) {
    try {
      localStorage.removeItem(PREFIX + name);
    } catch { /* as above */ }
  },
  recall(name) {
    try {
      return localStorage.getItem(PREFIX + name);
    } catch {
      return null;
    }
  },
};
