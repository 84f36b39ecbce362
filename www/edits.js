// @ts-check
// Edits of the engine in a text of JavaScript: it counts lines and whole signs, JavaScript counts halves of some.

/** @param {string} line @param {number} signs @returns {number} so many signs, in units of JavaScript */
export const units = (line, signs) => Array.from(line).slice(0, signs).join('').length;

/** @param {string} line @param {number} length @returns {number} so many units, in signs */
export const signs = (line, length) => Array.from(line.slice(0, length)).length;

/** @param {string} text @param {Edit[]} edits */
export function mended(text, edits) {
  const lines = text.split('\n');
  // From the back, so that places before stay where they are.
  for (const { line, column, length, text: next } of [...edits].reverse()) {
    const old = lines[line - 1] ?? '';
    lines[line - 1] = old.slice(0, units(old, column - 1)) + next + old.slice(units(old, column - 1 + length));
  }
  return lines.join('\n');
}
