// @ts-check
// The reason for the current step: the sentence, the facts it was made from, how it came to this, the rule.

import { h, list, mark, show, write, writeSentence } from '../dom.js';

const DOCS = { en: 'https://kubernetes.io/docs/', 'zh-CN': 'https://kubernetes.io/zh-cn/docs/' };

/** @type {(root: HTMLElement, dispatch: Dispatch, words: Words, engine: Engine) => View} */
export const createWhy = (root, dispatch, words, engine) => {
  const { t, label } = words;
  const intro = h('p', { class: 'intro' });
  const when = h('span', { class: 'time' });
  const who = h('span', {});
  const sentence = h('h2', { class: 'why-title' });
  const facts = h('dl', { class: 'facts' });
  const changes = h('ul', { class: 'changes' });
  const count = h('summary', { class: 'small-title' });
  const changed = h('details', {}, count, changes);
  const yaml = h('pre', { class: 'object-lines', tabindex: 0 });
  const whole = h('details', { toggle: () => drawWhole() }, label(h('summary', { class: 'small-title' }), 'why.object'), yaml);
  const causes = h('ol', { class: 'causes' });
  const chain = h('section', {}, label(h('h3', { class: 'small-title' }), 'why.causes'), causes);
  const docs = label(h('a', { target: '_blank', rel: 'noreferrer' }), 'why.docs');
  const upstream = h('code', {});
  const rule = h('p', { class: 'upstream' }, label(h('span', {}), 'why.upstream'), ' ', upstream);
  const sources = h('footer', { class: 'sources' }, docs, rule);
  const reason = h('article', { class: 'reason' },
    h('p', { class: 'eyebrow' }, when, who), sentence, facts, changed, whole, chain, sources);
  root.append(intro, reason);
  mark(root, 'tabindex', 0);

  /** @type {Draw<[string, string]>} */
  const drawFacts = list(facts, () => {
    const name = h('dt', {});
    const value = h('dd', {});
    return {
      node: h('div', {}, name, value),
      update([key, text]) {
        write(name, words.fact(key));
        write(value, text);
      },
    };
  });
  /** @type {Draw<StepView['changes'][0]>} */
  const drawChanges = list(changes, () => {
    const [path, before, after] = [h('code', {}), h('s', {}), h('b', {})];
    return {
      node: h('li', {}, path, h('span', {}, before, h('span', { 'aria-hidden': 'true' }, ' → '), after)),
      update(change) {
        write(path, change.path);
        write(before, change.before || '∅');
        write(after, change.after || '∅');
      },
    };
  });
  const drawCauses = list(causes, () => createCause(dispatch));

  /** @type {Draw<import('../pkg/statefulset_playground.js').ObjectLine>} */
  const drawLines = list(yaml, () => {
    const [sign, text] = [h('span', { class: 'object-mark' }), h('span', {})];
    const node = h('span', {}, sign, text);
    return {
      node,
      update(line) {
        mark(node, 'data-mark', line.mark);
        write(sign, line.mark || ' ');
        write(text, `${line.text}\n`);
      },
    };
  });
  // Made when it is looked at: an object is long.
  const drawWhole = () => whole.open && drawLines(engine.objectLines());

  return {
    update({ current, page }) {
      show(intro, !current);
      write(intro, t('why.start'));
      show(reason, current);
      if (!current) return;
      const { why } = current;
      mark(reason, 'data-kind', current.kind);
      write(when, current.timeText);
      writeSentence(who, current.kind === 'command' ? current.actorText : words.act(current.actorText, current.action));
      writeSentence(sentence, why.text);
      drawFacts(Object.entries(why.facts), ([name]) => name);
      drawChanges(current.changes);
      write(count, t('why.changes', { count: current.changes.length }));
      show(changed, current.changes.length);
      show(whole, current.kind === 'write');
      drawWhole();
      drawCauses(current.causes);
      show(chain, current.causes.length);
      show(docs, why.docs);
      mark(docs, 'href', (page.language === 'zh-CN' ? DOCS['zh-CN'] : DOCS.en) + why.docs);
      show(sources, why.docs || why.upstream);
      show(rule, why.upstream);
      write(upstream, why.upstream);
    },
    destroy() { root.replaceChildren(); },
  };
};

/** @type {(dispatch: Dispatch) => Row<StepView['causes'][0]>} */
const createCause = (dispatch) => {
  let step = 0;
  const time = h('span', { class: 'time' });
  const actor = h('span', { class: 'quiet' });
  const text = h('span', {});
  return {
    node: h('li', {}, h('button', { type: 'button', class: 'cause', click: () => dispatch({ do: 'seek', step }) },
      h('span', { class: 'cause-head' }, time, actor), text)),
    update(cause) {
      step = cause.step;
      write(time, cause.timeText);
      write(actor, cause.actorText);
      writeSentence(text, cause.text);
    },
  };
};
