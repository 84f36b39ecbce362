// @ts-check
// Making elements, and changing only what differs. Leaves out: any idea of what is shown.

/** @typedef {Node | string | null | false | Child[]} Child */
/** @typedef {Record<string, string | number | boolean | null | ((event: any) => void)>} Properties */

/**
 * An element. A function is a listener (`click`), true an empty attribute; false and null leave it out.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Properties} [properties]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === 'function') node.addEventListener(name, value);
    else mark(node, name, value);
  }
  node.append(.../** @type {(Node | string)[]} */ (children.flat(4).filter((it) => it !== null && it !== false)));
  return node;
}

/**
 * What has the focus in the document, or the shadow root, that the node is in.
 * @param {Node} node
 */
export const focused = (node) => /** @type {Document | ShadowRoot} */ (node.getRootNode()).activeElement;

/**
 * Writes a text where it differs.
 * @param {Node} node
 * @param {string | number} text
 */
export function write(node, text) {
  if (node.textContent !== String(text)) node.textContent = String(text);
}

const NAME = /([a-z0-9]+(?:[-.][a-z0-9]+)+)/;
const UNBROKEN = 24;

/**
 * Writes a sentence in which names like web-0 do not break at their hyphen.
 * @param {Element} node
 * @param {string} text
 */
export function writeSentence(node, text) {
  if (node.textContent === text) return;
  node.replaceChildren(...text.split(NAME).filter(Boolean).map((part) => (
    NAME.test(part) && part.length <= UNBROKEN ? h('span', { class: 'word' }, part) : part)));
}

/**
 * Sets an attribute where it differs; null and false take it away.
 * @param {Element} node
 * @param {string} name
 * @param {string | number | boolean | null} value
 */
export function mark(node, name, value) {
  if (value === null || value === false) node.removeAttribute(name);
  else {
    const text = value === true ? '' : String(value);
    if (node.getAttribute(name) !== text) node.setAttribute(name, text);
  }
}

/**
 * Shows the element if there is something to show.
 * @param {HTMLElement} node
 * @param {unknown} isShown
 */
export function show(node, isShown) {
  if (node.hidden === Boolean(isShown)) node.hidden = !isShown;
}

/**
 * Sets a custom property: through the object model, which the strict policy allows.
 * @param {HTMLElement} node
 * @param {string} name
 * @param {string | number} value
 */
export function put(node, name, value) {
  if (node.style.getPropertyValue(name) !== String(value)) node.style.setProperty(name, String(value));
}

/**
 * Children that follow a list: those of a known key are updated and moved, new ones made, others removed.
 * @template Item
 * @param {Element} parent
 * @param {(item: Item) => Row<Item>} make
 * @returns {Draw<Item>}
 */
export function list(parent, make) {
  /** @type {Map<string | number, Row<Item>>} */
  let rows = new Map();
  return (items, keyOf = (_, index) => index) => {
    const kept = new Map();
    /** @type {ChildNode | null} */
    let place = parent.firstChild;
    items.forEach((item, index) => {
      let key = keyOf(item, index);
      // Two of one name are two rows.
      while (kept.has(key)) key = `${key}'`;
      const row = rows.get(key) ?? make(item);
      rows.delete(key);
      kept.set(key, row);
      row.update(item, index);
      if (row.node === place) place = place.nextSibling;
      else parent.insertBefore(row.node, place);
    });
    for (const row of rows.values()) row.node.remove();
    rows = kept;
  };
}

const PATHS = {
  // One shape for each tone, so that colour is never needed to tell them apart.
  pending: 'M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11M8 5v3.2l2.2 1.4',
  creating: 'M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11M8 2.5v11M8 5h4.6M8 8h5.5M8 11h4.6',
  running: 'M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11M6.5 5.5l4 2.5l-4 2.5z',
  ready: 'M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13',
  terminating: 'M3 3h10v10h-10zM5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4',
  failed: 'M8 2l6.4 11.5h-12.8zM8 6.2v3.6M8 11.4v.6',
  gone: 'M3 8h10',
  yes: 'M3 8.5l3.2 3.2l6.8-7',
  no: 'M4 4l8 8M12 4l-8 8',
  wait: 'M4 2.5h8M4 13.5h8M5 2.5c0 3.5 6 7.5 6 11M11 2.5c0 3.5-6 7.5-6 11',
  play: 'M5 3l8 5l-8 5z',
  pause: 'M5 3v10M11 3v10',
  step: 'M4 3l6 5l-6 5zM12.5 3v10',
  back: 'M12 3l-6 5l6 5zM3.5 3v10',
  reset: 'M3.5 8a4.7 4.7 0 1 0 1.6-3.5M5 1.8v3h3',
  until: 'M2.5 3l5 5l-5 5zM7.5 3l5 5l-5 5zM14 3v10',
  more: 'M3 8h.01M8 8h.01M13 8h.01',
  trash: 'M2.5 4.5h11M6 4.5v-2h4v2M4 4.5l.6 9h6.8l.6-9',
};
/** @typedef {keyof typeof PATHS} IconName */

/**
 * A drawing of one stroke; what it means stands beside it in words.
 * @param {string} name
 */
export function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  mark(svg, 'viewBox', '0 0 16 16');
  mark(svg, 'aria-hidden', 'true');
  svg.append(path);
  reshape(svg, name);
  return svg;
}

/**
 * @param {Element} svg
 * @param {string} name
 */
export function reshape(svg, name) {
  mark(svg, 'class', `icon icon-${name}`);
  const path = /** @type {Element} */ (svg.firstElementChild);
  mark(path, 'd', Object.hasOwn(PATHS, name) ? PATHS[/** @type {IconName} */ (name)] : PATHS.gone);
}
