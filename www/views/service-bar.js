// @ts-check
// The answer DNS gives for a Service's name now, and who is left out of it and why.

import { h, icon, list, mark, show, write, writeSentence } from '../dom.js';
import { createMore } from './more.js';

const MANY = 12;

/** @type {CreateRow<ServiceView>} */
export const createServiceBar = (dispatch, words) => {
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
  const more = createMore(dispatch, words);
  const bar = h('article', { class: 'bar service' },
    h('div', { class: 'bar-head' }, name, facts, more.node),
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
      more.update('service', service.namespace, service.name);
      drawLeftOut(service.leftOut, (it) => it.pod);
      show(leftOut, service.leftOut.length);
    },
  };
};
