// @ts-check
// The cluster now: Services, StatefulSets with their ordinals, other pods, nodes. A list in the page's own elements,
// so that it reads aloud as it looks.

import { h, icon, list, mark, put, reshape, show, write, writeSentence } from '../dom.js';
import { createPodCard } from './pod-card.js';
import { createSetBlock } from './set-block.js';

const MANY = 12;

/** @type {Create} */
export const createPicture = (root, dispatch, words) => {
  const { label } = words;
  const empty = h('p', { class: 'empty' });
  const services = h('div', { class: 'services' });
  const sets = h('div', { class: 'sets' });
  const pods = h('ul', { class: 'columns loose' });
  const others = h('section', { class: 'others' }, label(h('h3', { class: 'small-title' }), 'picture.others'), pods);
  const nodes = h('ul', { class: 'nodes' });
  const places = h('section', { class: 'others' }, label(h('h3', { class: 'small-title' }), 'picture.nodes'), nodes);
  root.append(label(h('h2', { class: 'unseen' }), 'tab.cluster'), empty, services, sets, others, places);
  // It scrolls where there is little room, also without a mouse.
  mark(root, 'tabindex', 0);

  const drawServices = list(services, () => createServiceBar(dispatch, words));
  const drawSets = list(sets, () => createSetBlock(dispatch, words));
  const drawPods = list(pods, () => {
    const card = createPodCard(dispatch, words);
    return { node: h('li', {}, card.node), update: card.update };
  });
  const drawNodes = list(nodes, () => createNode(dispatch, words));

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
      show(empty, !shown.services.length && !shown.statefulSets.length && !shown.pods.length);
      write(empty, words.t(shown.step === 0 ? 'picture.start' : 'picture.empty'));
      drawServices(shown.services, (it) => `${it.namespace}/${it.name}`);
      drawSets(shown.statefulSets, (it) => `${it.namespace}/${it.name}`);
      drawPods(shown.pods, (it) => `${it.namespace}/${it.name}/${it.incarnation}`);
      put(pods, '--count', shown.pods.length);
      show(others, shown.pods.length);
      drawNodes(shown.nodes, (it) => it.name);
      show(places, shown.nodes.length);
      if (shown.step !== previous?.step) reveal(root.querySelector('.column[aria-current]'));
    },
    destroy() { root.replaceChildren(); },
  };
};

/** The answer DNS gives for a Service's name now, and who is left out of it and why. @type {CreateRow<ServiceView>} */
const createServiceBar = (_, words) => {
  const { t, label } = words;
  const name = h('h3', { class: 'object-name' });
  const facts = h('span', { class: 'quiet' });
  const dns = h('span', { class: 'dns-name' });
  const answers = label(h('ul', { class: 'answers' }), 'service.answers', 'aria-label');
  /** @type {Draw<ServiceView['answers'][0]>} */
  const drawAnswers = list(answers, () => {
    const address = h('span', { class: 'address' });
    const pod = h('span', { class: 'quiet' });
    return {
      node: h('li', {}, address, pod),
      update(answer) {
        write(address, answer.address);
        write(pod, answer.pod);
      },
    };
  });
  const none = label(h('span', { class: 'no-answer' }), 'service.noAnswer');
  const leftOut = label(h('ul', { class: 'left-out' }), 'service.leftOut', 'aria-label');
  /** @type {Draw<ServiceView['leftOut'][0]>} */
  const drawLeftOut = list(leftOut, () => {
    const text = h('span', {});
    return {
      node: h('li', {}, icon('no'), text),
      update: (it) => writeSentence(text, it.why.text),
    };
  });
  const bar = h('article', { class: 'bar service' },
    h('div', { class: 'bar-head' }, name, facts),
    h('div', { class: 'answer-line' }, dns, h('span', { class: 'arrow', 'aria-hidden': 'true' }, '→'), answers, none),
    leftOut);

  return {
    node: bar,
    update(service) {
      mark(bar, 'aria-current', service.current ? 'step' : null);
      write(name, `service/${service.name}`);
      write(facts, words.within(t(service.headless ? 'service.headless' : 'service.normal', { address: service.clusterIP }), service.namespace));
      write(dns, service.dnsName);
      drawAnswers(service.answers, (it) => `${it.pod} ${it.address}`);
      show(answers, service.answers.length);
      // A long answer scrolls, also without a mouse.
      mark(answers, 'tabindex', service.answers.length > MANY ? 0 : null);
      show(none, !service.answers.length);
      drawLeftOut(service.leftOut, (it) => it.pod);
      show(leftOut, service.leftOut.length);
    },
  };
};

/** @type {CreateRow<Snapshot['nodes'][0]>} */
const createNode = (_, words) => {
  const { t } = words;
  const shape = icon('ready');
  const name = h('span', { class: 'node-name' });
  const state = h('span', { class: 'quiet' });
  const node = h('li', { class: 'node' }, shape, name, state);
  return {
    node,
    update(next) {
      mark(node, 'data-tone', next.ready ? 'ready' : 'failed');
      reshape(shape, next.ready ? 'ready' : 'failed');
      write(name, next.name);
      const key = !next.ready ? 'node.notReady' : next.schedulable ? 'node.ready' : 'node.cordoned';
      write(state, t(key, { count: next.pods.length }));
    },
  };
};
