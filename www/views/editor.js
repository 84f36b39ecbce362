// @ts-check
// The manifests: a plain textarea over a drawing of its own lines, which carries numbers, colours and marks. Below it
// what the engine says of the text: errors with their place, the commands of a transcript, the version it asks for.

import { focused, h, icon, list, mark, reshape, show, write } from '../dom.js';

// Key and comment of a line of YAML: a help for the eye. What a line means is the engine's business.
const LINE = /^(\s*(?:- +)*)([\w."/-]+)(:)(?=\s|$)(.*)$/;
const COMMENT = /^(.*?)(^|\s)(#.*)$/;

const DRAWN_MAX = 200_000;
const LINES_MAX = 4000;

/** @param {string} text */
const countLines = (text) => text.split('\n', LINES_MAX + 1).length;

/** @typedef {{ text: string, severity: Diagnostic['severity'] | null, isCurrent: boolean }} Line */

/** @type {Create<{ goTo: GoTo }>} */
export const createEditor = (root, dispatch, words) => {
  const { label } = words;
  const input = label(h('textarea', {
    class: 'code-input', spellcheck: 'false', autocapitalize: 'off', autocomplete: 'off', wrap: 'soft',
    input: () => dispatch({ do: 'edit', text: input.value }),
  }), 'editor.label', 'aria-label');
  const drawing = h('div', { class: 'code-lines', 'aria-hidden': 'true' });
  const drawLines = list(drawing, createLine);
  const scroller = h('div', { class: 'code' }, h('div', { class: 'code-sheet' }, drawing, input));
  const run = label(h('button', { type: 'button', class: 'button', click: () => dispatch({ do: 'run' }) }), 'editor.run');
  const apply = label(h('button', { type: 'button', class: 'button', click: () => dispatch({ do: 'apply' }) }), 'editor.apply');
  const edited = label(h('span', { class: 'edited' }), 'editor.edited');
  const findings = createFindings(goTo, dispatch, words);
  const files = h('div', { class: 'files' });
  const drawFiles = list(files, createFile);
  root.append(h('div', { class: 'editor-actions' }, run, apply, edited), scroller, findings.node, files);

  /** @type {GoTo} */
  function goTo(line, column) {
    const before = input.value.split('\n').slice(0, line - 1).reduce((sum, it) => sum + it.length + 1, 0);
    const at = before + Math.max(0, column - 1);
    input.focus();
    input.setSelectionRange(at, at);
    reveal(line);
  }

  /** @param {number} line */
  function reveal(line) {
    const node = /** @type {HTMLElement | undefined} */ (drawing.children[line - 1]);
    if (!node || !scroller.clientHeight) return;
    const isIn = node.offsetTop >= scroller.scrollTop && node.offsetTop + node.offsetHeight <= scroller.scrollTop + scroller.clientHeight;
    if (!isIn) scroller.scrollTop = node.offsetTop - scroller.clientHeight / 3;
  }

  return {
    goTo,
    update(shown, previous) {
      const { page, current, files: written } = shown;
      if (input.value !== page.text) input.value = page.text;
      const isEdited = page.text !== page.applied;
      // Beyond that a text is shown as it is, without numbers and marks.
      const isPlain = page.text.length > DRAWN_MAX || countLines(page.text) > LINES_MAX;
      mark(scroller, 'class', isPlain ? 'code code-plain' : 'code');
      const lines = isPlain ? [] : page.text.split('\n');
      const given = page.applied.split('\n');
      // The step rests on a line of what the cluster was given; it is marked while that line is still there.
      const number = current?.line ?? 0;
      const marked = number && lines[number - 1] === given[number - 1] ? number : 0;
      /** @type {Line[]} */
      const drawn = lines.map((text, index) => ({ text, severity: null, isCurrent: index + 1 === marked }));
      for (const { line, severity } of page.paste.diagnostics) {
        const at = drawn[line - 1];
        if (at && at.severity !== 'error') at.severity = severity;
      }
      drawLines(drawn);
      show(edited, isEdited);
      mark(run, 'class', isEdited ? 'button primary' : 'button');
      findings.update(shown);
      // Files a transcript wrote; what stands in the editor need not stand here too.
      const other = written.filter((it) => it.text !== page.applied);
      drawFiles(other, (it) => it.name);
      show(files, other.length);
      const before = previous?.current?.line ?? 0;
      if (marked && marked !== before && focused(root) !== input) reveal(marked);
    },
    destroy() { root.replaceChildren(); },
  };
};

/** @type {() => Row<Line>} */
const createLine = () => {
  const node = h('div', { class: 'code-line' });
  /** @type {string | null} */
  let text = null;
  return {
    node,
    update(line) {
      mark(node, 'data-severity', line.severity);
      mark(node, 'data-current', line.isCurrent);
      if (text === line.text) return;
      text = line.text;
      node.replaceChildren(...drawLine(text));
    },
  };
};

/** @type {() => Row<{ name: string, text: string }>} */
const createFile = () => {
  const name = h('summary', {});
  const text = h('pre', { tabindex: 0 });
  return {
    node: h('details', {}, name, text),
    update(file) {
      write(name, file.name);
      write(text, file.text);
    },
  };
};

/**
 * @param {string} line
 * @returns {(Node | string)[]}
 */
function drawLine(line) {
  if (!line) return ['\u200b'];
  const [, before, space, comment] = COMMENT.exec(line) ?? [null, line, '', ''];
  const [, indent, key, colon, value] = LINE.exec(before) ?? [null, before, '', '', ''];
  return [
    indent,
    ...(key ? [h('span', { class: 'yaml-key' }, key), colon, h('span', { class: 'yaml-value' }, value)] : []),
    space,
    ...(comment ? [h('span', { class: 'yaml-comment' }, comment)] : []),
  ];
}

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

/** @type {(goTo: GoTo, dispatch: Dispatch, words: Words) => { node: Element, update: (shown: Shown) => void }} */
const createFindings = (goTo, dispatch, words) => {
  const { t, label } = words;
  const summary = h('p', { class: 'findings-summary', role: 'status' });
  const diagnostics = h('ol', { class: 'diagnostics' });
  const commands = h('ol', { class: 'commands' });
  const count = h('summary', {});
  const found = h('details', {}, count, commands);
  /** @type {typeof OLD | typeof NEW} */
  let version = OLD;
  const restart = h('button', { type: 'button', class: 'button', click: () => dispatch({ do: 'version', kubernetes: version }) });
  const node = h('div', { class: 'findings' }, summary, diagnostics, found, restart);

  const drawDiagnostics = list(diagnostics, () => createDiagnostic(goTo, words));
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

/** @type {(goTo: GoTo, words: Words) => Row<Diagnostic>} */
const createDiagnostic = (goTo, words) => {
  const { t } = words;
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
  return {
    node: h('li', {}, button),
    update(next) {
      diagnostic = next;
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
