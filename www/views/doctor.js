// @ts-check
// What went wrong so far: each finding with what shows it, where it stands, and what mends it.

import { h, icon, list, mark, reshape, show, write, writeSentence } from '../dom.js';

/** @type {Record<Finding['severity'], { key: Key, shape: string }>} */
const SEVERITIES = {
  error: { key: 'severity.error', shape: 'failed' },
  warning: { key: 'severity.warning', shape: 'terminating' },
  info: { key: 'severity.info', shape: 'ready' },
};

/** @type {(root: HTMLElement, dispatch: Dispatch, words: Words, engine: Engine) => View} */
export const createDoctor = (root, dispatch, words, engine) => {
  const { label } = words;
  const intro = label(h('p', { class: 'intro' }), 'doctor.none');
  const findings = h('ol', { class: 'findings-list' });
  root.append(intro, findings);
  mark(root, 'tabindex', 0);
  const draw = list(findings, () => createFinding(dispatch, words));
  /** @type {Snapshot['seq'] | null} */
  let seen = null;
  let language = '';

  function tell() {
    const found = engine.doctor();
    show(intro, !found.length);
    draw(found, (it) => `${it.code} ${it.object}`);
  }

  return {
    update({ seq, page }) {
      if (root.hidden) {
        seen = null;
        return;
      }
      // It looks at all that happened: only when something did.
      if (seen === seq && language === page.language) return;
      seen = seq;
      if (language === page.language) return tell();
      language = page.language;
      // In English if they do not come.
      words.doctor().then(engine.learn, () => {}).finally(tell);
    },
    destroy() { root.replaceChildren(); },
  };
};

/** @type {CreateRow<Finding>} */
const createFinding = (dispatch, words) => {
  const { t, label } = words;
  /** @type {Finding | null} */
  let finding = null;
  const shape = icon('failed');
  const severity = h('span', {});
  const code = h('code', {});
  const text = h('h2', { class: 'finding-text' });
  const field = h('button', { type: 'button', class: 'quiet-button', click: () => finding && dispatch({ do: 'line', line: finding.line }) });
  const fix = h('p', {});
  const command = h('code', { class: 'finding-command' });
  const apply = label(h('button', { type: 'button', class: 'button', click: () => finding && dispatch({ do: 'type', line: finding.command }) }), 'doctor.apply');
  const mend = h('div', { class: 'finding-mend' }, command, apply);
  const proof = h('ul', { class: 'finding-proof' });
  /** @type {Draw<Finding['proof'][0]>} */
  const drawProof = list(proof, () => {
    let ms = 0;
    const time = h('span', { class: 'time' });
    const said = h('span', {});
    return {
      node: h('li', {}, h('button', { type: 'button', class: 'cause', click: () => dispatch({ do: 'seekTime', ms }) }, time, said)),
      update(it) {
        ms = it.time;
        write(time, `${(it.time / 1000).toFixed(1)} s`);
        write(said, it.text);
      },
    };
  });
  const node = h('li', { class: 'finding' },
    h('p', { class: 'diagnostic-head' }, shape, severity, code), text, field,
    h('section', {}, label(h('h3', { class: 'small-title' }), 'doctor.fix'), fix, mend),
    h('section', {}, label(h('h3', { class: 'small-title' }), 'doctor.proof'), proof));
  return {
    node,
    update(next) {
      finding = next;
      const { key, shape: drawing } = SEVERITIES[next.severity];
      mark(node, 'data-severity', next.severity);
      reshape(shape, drawing);
      write(severity, t(key));
      write(code, next.code);
      writeSentence(text, next.text);
      show(field, next.line);
      write(field, t('doctor.line', { line: next.line, field: next.field || next.object }));
      write(fix, next.fix);
      show(mend, next.command);
      write(command, next.command);
      drawProof(next.proof);
      show(/** @type {HTMLElement} */ (proof.parentElement), next.proof.length);
    },
  };
};
