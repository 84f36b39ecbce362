// @ts-check
// What of the playground an element shows: by its size, or as its author names it.

/** What each size shows. @type {Record<string, Place[]>} */
const SIZES = {
  figure: ['cluster', 'controls', 'timeline'],
  lesson: ['cluster', 'controls', 'timeline', 'why', 'terminal'],
  full: ['header', 'manifest', 'cluster', 'controls', 'timeline', 'why', 'events', 'dns', 'doctor', 'terminal'],
};

/** @param {Element} host */
export function sizeOf(host) {
  const size = host.getAttribute('size') ?? '';
  return Object.hasOwn(SIZES, size) ? size : 'lesson';
}

/** @param {Element} host @returns {Place[]} */
export function placesOf(host) {
  const named = host.getAttribute('panels')?.split(/[\s,]+/).filter(Boolean);
  const size = sizeOf(host);
  const places = named?.length ? SIZES.full.filter((it) => named.includes(it) || it === 'controls') : SIZES[size];
  const all = host.hasAttribute('lesson') && size !== 'figure' ? [/** @type {const} */ ('lesson'), ...places] : places;
  return host.getAttribute('controls') === 'none' ? all.filter((it) => it !== 'controls') : all;
}
