// @ts-check
// The manifests in CodeMirror: colours, what the engine says at its place with what mends it, what could stand here.
// It stands in a shadow root, where its styles need no exception of the page's policy. Esc leaves it.

import { autocompletion, closeBrackets, closeBracketsKeymap, closeCompletion, completionKeymap, completionStatus } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentLess, indentMore } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import { HighlightStyle, bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from '@codemirror/language';
import { lintGutter, setDiagnostics } from '@codemirror/lint';
import { Compartment, EditorState, StateEffect, StateField } from '@codemirror/state';
import { Decoration, EditorView, drawSelection, highlightSpecialChars, hoverTooltip, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { h } from '../dom.js';
import { signs, units } from '../edits.js';

const COLOURS = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'light-dark(#5b3a8c, #c4a7f0)' },
  { tag: tags.comment, color: 'var(--quiet)', fontStyle: 'italic' },
  { tag: [tags.string, tags.quote], color: 'light-dark(#08703f, #7bd3a6)' },
  { tag: [tags.number, tags.bool, tags.keyword, tags.atom], color: 'var(--accent)' },
  { tag: tags.separator, color: 'var(--quiet)' },
]);

const LOOK = EditorView.theme({
  '&': { height: '100%', color: 'var(--text)', backgroundColor: 'transparent', fontSize: 'var(--small)' },
  '&.cm-focused': { outline: '2px solid var(--accent)', outlineOffset: '-2px' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.55' },
  '.cm-content': { caretColor: 'var(--text)', padding: '0.5rem 0' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '.cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground': { backgroundColor: 'light-dark(#2458cf33, #8fb2ff40)' },
  '.cm-gutters': { color: 'var(--quiet)', backgroundColor: 'transparent', border: '0', fontSize: 'var(--tiny)' },
  '.cm-current': { backgroundColor: 'var(--accent-wash)', boxShadow: 'inset 3px 0 var(--accent)' },
  '.cm-tooltip': { border: '1px solid var(--line-strong)', borderRadius: '0.5rem', color: 'var(--text)', backgroundColor: 'var(--panel)', overflow: 'hidden' },
  '.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--mono)', maxHeight: '14rem' },
  '.cm-tooltip-autocomplete > ul > li': { padding: '0.2rem 0.5rem' },
  '.cm-tooltip-autocomplete > ul > li[aria-selected]': { color: 'var(--on-accent)', backgroundColor: 'var(--accent-fill)' },
  '.cm-completionDetail': { marginLeft: '1em', opacity: '0.8', fontStyle: 'normal' },
  '.cm-diagnostic': { padding: '0.4rem 0.6rem', fontFamily: 'var(--sans)' },
  '.cm-diagnosticAction': { minHeight: '1.6rem', marginLeft: '0.6rem', padding: '0 0.6rem', borderRadius: '0.4rem', backgroundColor: 'var(--accent-fill)', color: 'var(--on-accent)' },
  // Their own are images in data: addresses, which the policy forbids.
  '.cm-lint-marker': { width: '1em', height: '1em', textAlign: 'center', fontWeight: '700' },
  '.cm-lint-marker-error': { content: '"✕"', color: 'var(--failed)' },
  '.cm-lint-marker-warning': { content: '"!"', color: 'var(--pending)' },
  '.cm-lint-marker-info': { content: '"i"', color: 'var(--creating)' },
  '.cm-field': { display: 'grid', gap: '0.1rem', padding: '0.4rem 0.6rem', maxWidth: '24rem', fontSize: 'var(--small)', overflowWrap: 'anywhere' },
  '.cm-lintRange-info': { backgroundImage: 'none', textDecoration: 'underline dotted var(--creating)', textUnderlineOffset: '0.25em' },
  '.cm-lintRange-warning': { backgroundImage: 'none', textDecoration: 'underline wavy var(--pending)', textUnderlineOffset: '0.25em' },
  '.cm-lintRange-error': { backgroundImage: 'none', textDecoration: 'underline wavy var(--failed)', textUnderlineOffset: '0.25em' },
});

/** @type {import('@codemirror/state').StateEffectType<number>} */
const setCurrent = StateEffect.define();
const current = StateField.define({
  create: () => Decoration.none,
  update(marks, change) {
    const effect = change.effects.find((it) => it.is(setCurrent));
    if (!effect) return marks.map(change.changes);
    if (!effect.value || effect.value > change.state.doc.lines) return Decoration.none;
    const line = change.state.doc.line(effect.value);
    return Decoration.set(Decoration.line({ class: 'cm-current', attributes: { 'aria-current': 'step' } }).range(line.from));
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** @type {(words: Words, engine: Engine, dispatch: Dispatch, onLeave: () => void) => Surface} */
export const createCode = (words, engine, dispatch, onLeave) => {
  const { t } = words;
  const host = h('div', { class: 'code code-editor' });
  const shadow = host.attachShadow({ mode: 'open' });
  let text = '';
  /** What was marked last: the paste, the language it was said in, the line. @type {[Paste | null, string, number]} */
  let shown = [null, '', 0];

  /** What the engine says of a place. @param {EditorState} state @param {number} at */
  const assist = (state, at) => {
    const line = state.doc.lineAt(at);
    return { line, told: engine.assist(state.doc.toString(), line.number, signs(line.text, at - line.from) + 1) };
  };

  /** @param {import('@codemirror/autocomplete').CompletionContext} context */
  const complete = ({ state, pos, explicit }) => {
    const { line, told } = assist(state, pos);
    const from = line.from + units(line.text, told.from - 1);
    if (!told.options.length || (!explicit && from === pos)) return null;
    const options = told.options.map(({ label, detail, kind, insert }) => ({ label, detail, apply: insert, type: kind === 'field' ? 'property' : 'enum' }));
    return { from, options, validFor: /^[\w./-]*$/ };
  };

  const hover = hoverTooltip((view, at) => {
    const { line, told: { field } } = assist(view.state, at);
    const key = /^[\s-]*([\w.-]+):/d.exec(line.text)?.indices?.[1];
    if (!field || !key || at > line.from + key[1]) return null;
    const dom = h('div', { class: 'cm-field' }, h('code', {}, field.path), h('span', {}, field.type),
      field.values.length > 0 && h('span', {}, field.values.join(' · ')),
      field.default && h('span', {}, t('editor.default', { value: field.default })),
      !field.simulated && h('span', {}, t('editor.kept')));
    return { pos: line.from + key[0], end: line.from + key[1], above: true, create: () => ({ dom }) };
  });

  /** What is offered closes first; what is only being looked for keeps nobody. @param {EditorView} editor */
  const leave = (editor) => {
    if (completionStatus(editor.state) === 'active') return closeCompletion(editor);
    onLeave();
    return true;
  };
  const spoken = new Compartment();
  const inWords = () => [
    EditorState.phrases.of({ Completions: t('editor.completions'), 'Control character': t('editor.control'), 'Selection deleted': t('editor.deleted') }),
    EditorView.contentAttributes.of({ 'aria-label': t('editor.label'), spellcheck: 'false' }),
  ];
  const view = new EditorView({
    parent: shadow,
    root: shadow,
    state: EditorState.create({
      extensions: [
        lineNumbers(), highlightSpecialChars(), history(), drawSelection(), indentOnInput(), indentUnit.of('  '), bracketMatching(), closeBrackets(),
        yaml(), syntaxHighlighting(COLOURS), LOOK, current, hover, lintGutter(), EditorView.lineWrapping,
        autocompletion({ override: [complete], icons: false, defaultKeymap: false }),
        keymap.of([{ key: 'Escape', run: leave }, ...closeBracketsKeymap, ...completionKeymap, { key: 'Tab', run: indentMore, shift: indentLess }, ...historyKeymap, ...defaultKeymap]),
        spoken.of(inWords()),
        EditorView.updateListener.of((change) => {
          if (!change.docChanged) return;
          const next = change.state.doc.toString();
          if (next === text) return;
          text = next;
          dispatch({ do: 'edit', text: next });
        }),
      ],
    }),
  });

  /** @param {Diagnostic} it */
  const finding = (it) => {
    const line = view.state.doc.line(Math.min(it.line, view.state.doc.lines));
    const from = Math.min(line.to, line.from + units(line.text, it.column - 1));
    const word = /^[\w.-]+|^\S/.exec(line.text.slice(from - line.from))?.[0] ?? '';
    const { fix } = it;
    const message = it.hint ? `${it.message} ${t('findings.hint', { hint: it.hint })}` : it.message;
    return {
      from, to: from + word.length, severity: it.severity, message,
      actions: fix?.length ? [{ name: t('findings.fix'), apply: () => dispatch({ do: 'mend', edits: fix }) }] : [],
    };
  };

  return {
    node: host,
    hasFocus: () => view.hasFocus,
    caret: () => view.state.selection.main.head,
    goTo(number, column) {
      const line = view.state.doc.line(Math.max(1, Math.min(number, view.state.doc.lines)));
      const at = Math.min(line.to, line.from + Math.max(0, column - 1));
      view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: 'nearest' }) });
      view.focus();
    },
    reveal(number) {
      const at = view.state.doc.line(Math.max(1, Math.min(number, view.state.doc.lines))).from;
      view.dispatch({ effects: EditorView.scrollIntoView(at, { y: 'center' }) });
    },
    update({ page }, marked) {
      if (page.text !== text) {
        text = page.text;
        view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
      }
      const [paste, language, line] = shown;
      shown = [page.paste, page.language, marked];
      if (language !== page.language) view.dispatch({ effects: spoken.reconfigure(inWords()) });
      if (line !== marked) view.dispatch({ effects: setCurrent.of(marked) });
      if (paste === page.paste && language === page.language || page.isUnread) return;
      view.dispatch(setDiagnostics(view.state, page.paste.diagnostics.filter((it) => it.line).map(finding)));
    },
    destroy() {
      view.destroy();
      host.remove();
    },
  };
};
