// @ts-check
// The cluster now: Services, StatefulSets with their ordinals, other workloads and pods, claims, nodes. Elements of the
// page's own, so that it reads aloud as it looks. Two arrangements: by ordinal, or by node.

import { h, list, mark, put, show, write } from '../dom.js';
import { createClaimCard } from './claim-card.js';
import { createNodeBlock } from './node-block.js';
import { createPodCard } from './pod-card.js';
import { createServiceBar } from './service-bar.js';
import { createSetBlock } from './set-block.js';
import { createWorkloadBlock } from './workload-block.js';

/** @type {[Page['by'], Key][]} */
const ARRANGEMENTS = [['ordinal', 'picture.byOrdinal'], ['node', 'picture.byNode']];

/** @type {Create} */
export const createPicture = (root, dispatch, words) => {
  const { label } = words;
  const empty = h('p', { class: 'empty' });
  const choices = ARRANGEMENTS.map(([by, key]) => label(h('button', {
    type: 'button', class: 'choice', click: () => dispatch({ do: 'by', by }),
  }), key));
  const arrangement = label(h('div', { class: 'arrangement', role: 'group' }, choices), 'picture.by', 'aria-label');
  const services = h('div', { class: 'services' });
  const sets = h('div', { class: 'sets' });
  const workloads = h('div', { class: 'sets' });
  /** @param {Key} key @param {HTMLElement} items */
  const section = (key, items) => h('section', { class: 'others' }, label(h('h3', { class: 'small-title' }), key), items);
  const pods = h('ul', { class: 'columns loose' });
  const others = section('picture.others', pods);
  const claims = h('ul', { class: 'columns loose' });
  const kept = section('picture.claims', claims);
  const nodes = h('ul', { class: 'nodes' });
  const places = section('picture.nodes', nodes);
  root.append(label(h('h2', { class: 'unseen' }), 'tab.cluster'), empty, arrangement, services, sets, workloads, others, kept, places);
  // It scrolls where there is little room, also without a mouse.
  mark(root, 'tabindex', 0);

  const drawServices = list(services, () => createServiceBar(dispatch, words));
  const drawSets = list(sets, () => createSetBlock(dispatch, words));
  const drawWorkloads = list(workloads, () => createWorkloadBlock(dispatch, words));
  const drawPods = list(pods, () => inItem(createPodCard(dispatch, words)));
  const drawClaims = list(claims, () => inItem(createClaimCard(dispatch, words)));
  const drawNodes = list(nodes, () => createNodeBlock(dispatch, words));

  /** The panel scrolls to it, and nothing outside the panel. @param {Element | null} column */
  function reveal(column) {
    if (!column || root.scrollHeight <= root.clientHeight) return;
    const [place, own] = [column.getBoundingClientRect(), root.getBoundingClientRect()];
    if (place.top < own.top) root.scrollTop -= own.top - place.top;
    else if (place.bottom > own.bottom) root.scrollTop += Math.min(place.bottom - own.bottom, place.top - own.top);
  }

  return {
    update(shown, previous) {
      if (root.hidden) return;
      const isByNode = shown.page.by === 'node';
      const some = shown.statefulSets.length + shown.workloads.length + shown.pods.length;
      show(empty, !shown.services.length && !some && !shown.claims.length);
      write(empty, words.t(shown.step === 0 ? 'picture.start' : 'picture.empty'));
      show(arrangement, some);
      ARRANGEMENTS.forEach(([by], at) => mark(choices[at], 'aria-pressed', String(shown.page.by === by)));
      mark(root, 'data-by', shown.page.by);
      drawServices(shown.services, (it) => `${it.namespace}/${it.name}`);
      show(sets, !isByNode);
      show(workloads, !isByNode && shown.workloads.length);
      show(others, !isByNode && shown.pods.length);
      if (!isByNode) {
        drawSets(shown.statefulSets, (it) => `${it.namespace}/${it.name}`);
        drawWorkloads(shown.workloads, (it) => `${it.namespace}/${it.object}`);
        drawPods(shown.pods, (it) => `${it.namespace}/${it.name}/${it.incarnation}`);
        put(pods, '--count', shown.pods.length);
      }
      drawClaims(shown.claims, (it) => it.name);
      put(claims, '--count', shown.claims.length);
      show(kept, shown.claims.length);
      drawNodes(shown.nodes, (it) => it.name);
      show(places, shown.nodes.length);
      if (shown.step !== previous?.step) reveal(root.querySelector('.column[aria-current], .place[aria-current]'));
    },
    destroy() { root.replaceChildren(); },
  };
};

/**
 * A card as an item of a list.
 * @template Item
 * @param {Row<Item>} card
 * @returns {Row<Item>}
 */
const inItem = ({ node, update }) => ({ node: h('li', {}, node), update });
