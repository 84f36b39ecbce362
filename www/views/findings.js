// @ts-check
// What the engine says of the text in the editor: errors with their place and what mends them, the commands of a
// transcript, the version it asks for.

import { h, icon, list, mark, reshape, show, write } from '../dom.js';

/** @type {Record<Diagnostic['severity'], { key: Key, shape: string }>} */
const SEVERITIES = {
  error: { key: 'severity.error', shape: 'failed' },
  warning: { key: 'severity.warning', shape: 'terminating' },
  info: { key: 'severity.info', shape: 'ready' },
};
/** What is said of a text that was not read. @type {Paste} */
const UNREAD = { kind: 'manifests', diagnostics: [], objects: [], commands: [], suggests: null };
const NAMED_MAX = 12;
const DIAGNOSTICS_MAX = 50;
const OLD = 'v1.22';
const NEW = 'v1.36';

/** @type {(goTo: GoTo, dispatch: Dispatch, words: Words) => { node: HTMLElement, update: (shown: Shown) => void }} */
export const createFindings = (goTo, dispatch, words) => {
  const { t, label } = words;
  const summary = h('p', { class: 'findings-summary', role: 'status' });
  const diagnostics = h('ol', { class: 'diagnostics' });
  const commands = h('ol', { class: 'commands' });
  const count = h('summary', {});
  const found = h('details', {}, count, commands);
  /** @type {typeof OLD | typeof NEW} */
  let version = OLD;
  const restart = h('button', { type: 'button', class: 'button', click: () => dispatch({ do: 'version', kubernetes: version }) });
  const node = h('div', { class: 'findings', tabindex: -1 }, summary, diagnostics, found, restart);

  const drawDiagnostics = list(diagnostics, () => createDiagnostic(goTo, dispatch, words));
  /** @type {Draw<string>} */
  const drawCommands = list(commands, () => {
    const line = h('li', {});
    return { node: line, update: (text) => write(line, text) };
  });
  label(diagnostics, 'findings.label', 'aria-label');

  return {
    node,
    update({ page: { paste: read, isUnread }, kubernetes }) {
      const paste = isUnread ? UNREAD : read;
      const errors = paste.diagnostics.filter((it) => it.severity === 'error').length;
      const some = paste.objects.slice(0, NAMED_MAX).join(', ');
      write(summary, isUnread ? t('findings.unread') : paste.kind === 'empty' ? t('findings.empty')
        : errors ? t('findings.errors', { count: errors })
          : !paste.objects.length ? t('findings.nothing')
            : paste.objects.length > NAMED_MAX ? t('findings.more', { objects: some, count: paste.objects.length - NAMED_MAX })
              : t('findings.objects', { objects: some }));
      mark(summary, 'data-severity', errors ? 'error' : null);
      drawDiagnostics(paste.diagnostics.slice(0, DIAGNOSTICS_MAX));
      show(diagnostics, paste.diagnostics.length);
      show(found, paste.commands.length);
      write(count, t('findings.commands', { count: paste.commands.length }));
      drawCommands(paste.commands);
      version = paste.suggests === OLD && kubernetes !== OLD ? OLD : NEW;
      show(restart, kubernetes !== version && (version === OLD || paste.suggests !== OLD));
      write(restart, t(version === OLD ? 'findings.asOld' : 'findings.asNew', { version }));
    },
  };
};

/** @type {(goTo: GoTo, dispatch: Dispatch, words: Words) => Row<Diagnostic>} */
const createDiagnostic = (goTo, dispatch, words) => {
  const { t, label } = words;
  /** @type {Diagnostic | null} */
  let diagnostic = null;
  const shape = icon('failed');
  const place = h('span', { class: 'place-number' });
  const severity = h('span', { class: 'severity' });
  const message = h('span', {});
  const path = h('code', {});
  const hint = h('span', { class: 'hint-text' });
  const button = h('button', {
    type: 'button', class: 'diagnostic',
    click: () => diagnostic?.line && goTo(diagnostic.line, diagnostic.column),
  }, h('span', { class: 'diagnostic-head' }, shape, severity, place), message, path, hint);
  const mend = label(h('button', { type: 'button', class: 'button mend', click: () => diagnostic?.fix && dispatch({ do: 'mend', edits: diagnostic.fix }) }), 'findings.fix');
  return {
    node: h('li', {}, button, mend),
    update(next) {
      diagnostic = next;
      show(mend, next.fix?.length);
      const { key, shape: drawing } = SEVERITIES[next.severity];
      mark(button, 'data-severity', next.severity);
      reshape(shape, drawing);
      write(severity, t(key));
      write(place, next.line ? `${next.line}:${next.column}` : '');
      write(message, next.message);
      show(path, next.path);
      write(path, next.path);
      show(hint, next.hint);
      write(hint, t('findings.hint', { hint: next.hint }));
    },
  };
};
