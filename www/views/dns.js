// @ts-check
// A name asked in a pod: which names are tried, what the server finds, who is left out and why. Asking changes nothing.

import { h, icon, list, mark, show, write, writeSentence } from '../dom.js';

/** @typedef {import('../pkg/statefulset_playground.js').DnsView} DnsView */

/** @type {(root: HTMLElement, words: Words, engine: Engine) => View} */
export const createDns = (root, words, engine) => {
  const { t, label } = words;
  const name = label(h('input', { type: 'text', class: 'dns-input', spellcheck: 'false', autocapitalize: 'off', input: () => { isOwn = true; ask(); } }), 'dns.name', 'aria-label');
  const from = label(h('select', { class: 'select', change: () => ask() }), 'dns.from', 'aria-label');
  /** @type {Draw<string>} */
  const drawPods = list(from, () => {
    const node = h('option', {});
    return {
      node,
      update(pod) {
        mark(node, 'value', pod);
        write(node, pod || t('dns.client'));
      },
    };
  });
  const error = h('p', { class: 'no-answer' });
  const answer = h('p', { class: 'dns-answer' });
  const how = h('p', { class: 'quiet' });
  const resolver = h('p', { class: 'quiet' });
  const tried = h('ol', { class: 'dns-tried' });
  const drawTried = list(tried, createTried);
  const leftOut = label(h('ul', { class: 'left-out' }), 'service.leftOut', 'aria-label');
  /** @type {Draw<DnsView['leftOut'][0]>} */
  const drawLeftOut = list(leftOut, () => {
    const text = h('span', {});
    return { node: h('li', {}, icon('no'), text), update: (it) => writeSentence(text, it.why.text) };
  });
  root.append(h('div', { class: 'dns-question' }, name, from), error, answer, how, tried, leftOut, resolver);
  mark(root, 'tabindex', 0);
  // Until the reader writes a name, it is that of the first pod in the picture.
  let isOwn = false;

  function ask() {
    const view = engine.dns(name.value, from.value);
    const isAsked = Boolean(name.value);
    write(error, view.error);
    show(error, isAsked && view.error);
    for (const it of [answer, how, tried, resolver]) show(it, isAsked && !view.error);
    show(leftOut, isAsked && !view.error && view.leftOut.length);
    if (!isAsked || view.error) return;
    write(answer, `${view.name} → ${view.found.join(', ') || t('service.noAnswer')}`);
    writeSentence(how, view.how.text);
    write(resolver, t('dns.resolver', { library: view.library, search: view.search.join(' '), servers: view.nameservers.join(' ') }));
    drawTried(view.tried);
    drawLeftOut(view.leftOut, (it) => it.object);
  }

  return {
    update({ statefulSets, pods }) {
      if (root.hidden) return;
      const columns = statefulSets.flatMap((it) => it.columns);
      const there = [...columns.map((it) => it.pod), ...pods].filter((it) => it !== null);
      drawPods(['', ...there.map((it) => (it.namespace === 'default' ? it.name : `${it.namespace}/${it.name}`))], (it) => it);
      if (!isOwn) name.value = columns[0]?.dnsName ?? '';
      ask();
    },
    destroy() { root.replaceChildren(); },
  };
};

/** @type {() => Row<DnsView['tried'][0]>} */
const createTried = () => {
  const asked = h('code', {});
  const rcode = h('span', { class: 'dns-rcode' });
  const why = h('p', {});
  const kept = h('p', { class: 'quiet' });
  return {
    node: h('li', {}, h('div', { class: 'dns-asked' }, asked, rcode), why, kept),
    update(it) {
      write(asked, `${it.name} ${it.type}`);
      write(rcode, it.rcode ? `${it.rcode} · ${it.records}` : '—');
      writeSentence(why, it.why.text);
      show(kept, it.kept);
      writeSentence(kept, it.kept?.text ?? '');
    },
  };
};
