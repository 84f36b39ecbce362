// @ts-check
// One playground: state flows down to the views, commands come up from them. Leaves out: everything a view draws.

import { createPlayer } from './player.js';
import { createFrame } from './views/frame.js';
import { createHeader } from './views/header.js';
import { createEditor } from './views/editor.js';
import { createPicture } from './views/picture.js';
import { createWhy } from './views/why.js';
import { createControls, createTimeline } from './views/time.js';
import { createTerminal } from './views/terminal.js';
import { listenToKeys } from './keys.js';
import { focused } from './dom.js';
import { lazyDialog, lazyView } from './lazy.js';
import { createSession } from './session.js';
import { createTyping } from './typing.js';

/** So much real time one frame may work, and so much virtual time is let pass at a time. */
const WORK_MS = 12;
const SLICE_MS = 500;
/** A text of more signs is read when it is run or applied, not at every key. */
const LARGE = 100_000;
/** @type {Set<Page['size']>} */
const LONG_STEPS = new Set(['ready', 'idle']);

/**
 * @param {HTMLElement} root
 * @param {Engine} engine
 * @param {Words} words
 * @param {Settings} settings
 */
export function createApp(root, engine, words, settings) {
  /** @type {Page} */
  const page = {
    text: settings.example,
    applied: settings.example,
    paste: engine.load(settings.example),
    playing: false,
    pace: 'normal',
    size: 'change',
    notice: null,
    isUnread: false,
    isBusy: false,
    tab: 'cluster',
    lesson: null,
    by: 'ordinal',
    theme: settings.theme,
    shortcuts: settings.shortcuts,
    language: words.tag(),
  };
  let isChecked = true;
  let isAlive = true;
  /** @type {Shown | null} */
  let previous = null;

  const { memory } = settings;
  const session = createSession(page, engine, words, settings);
  const player = createPlayer({ advance, draw: () => isAlive && guarded(draw) });
  const typing = createTyping(engine);
  const frame = createFrame(root, dispatch, words, settings);
  const { slots } = frame;
  const terminal = createTerminal(slots.terminal, dispatch, words, engine);
  const noPart = () => {
    page.notice = { text: words.t('failure.part'), undo: null };
    player.request();
  };
  const share = lazyDialog(words, () => import('./views/share.js').then((it) => () => it.createShare(slots.header, words, engine, page, settings)), noPart);
  const help = lazyDialog(words, () => import('./views/help.js').then((it) => () => it.createHelp(slots.header, dispatch, words)), noPart);
  const editor = createEditor(slots.manifest, dispatch, words, engine);
  const faults = lazyDialog(words, () => import('./views/faults.js').then((it) => () => it.createFaults(slots.header, dispatch, words, engine)), noPart);
  /** @type {View[]} */
  const views = [
    frame,
    createHeader(slots.header, dispatch, words, settings),
    share,
    help,
    faults,
    editor,
    createPicture(slots.cluster, dispatch, words),
    createWhy(slots.why, dispatch, words, engine),
    lazyView(slots.events, words, player.request, () => import('./views/events.js').then((it) => () => it.createEvents(slots.events, dispatch, words))),
    lazyView(slots.dns, words, player.request, () => import('./views/dns.js').then((it) => () => it.createDns(slots.dns, words, engine))),
    lazyView(slots.doctor, words, player.request, () => import('./views/doctor.js').then((it) => () => it.createDoctor(slots.doctor, dispatch, words, engine))),
    lazyView(slots.lesson, words, player.request, () => import('./views/lessons.js').then((it) => () => it.createLessons(slots.lesson, dispatch, words, engine, memory))),
    createControls(slots.controls, dispatch, words),
    createTimeline(slots.timeline, dispatch, words),
    terminal,
  ];
  const deaf = listenToKeys(root, dispatch, () => page.shortcuts);

  /**
   * @param {number} ms
   * @param {boolean} restsOnChange show each change for itself, even where many fall into one frame
   */
  function advance(ms, restsOnChange) {
    const { step } = engine.snapshot();
    let goesOn = true;
    if (restsOnChange) goesOn = engine.advanceToChange(ms);
    else {
      // A frame is no longer than this, however much happens in it.
      const end = performance.now() + WORK_MS;
      for (let left = ms; left > 0 && goesOn && performance.now() < end; left -= SLICE_MS) goesOn = engine.advance(Math.min(left, SLICE_MS));
    }
    return { changed: engine.snapshot().step > step, idle: !goesOn };
  }

  function draw() {
    page.isUnread = !isChecked && page.text.length > LARGE;
    if (!isChecked && !page.isUnread) page.paste = engine.check(page.text);
    isChecked ||= !page.isUnread;
    page.playing = player.isPlaying();
    page.pace = player.pace();
    const shown = { ...engine.snapshot(), page: { ...page } };
    const isInside = root.contains(focused(root));
    for (const view of views) view.update(shown, previous);
    // What had the focus may be gone; keys go on working.
    if (isInside && !root.contains(focused(root))) root.focus({ preventScroll: true });
    settings.drawn(shown, previous);
    previous = shown;
  }

  /** @param {Command} command */
  function act(command) {
    switch (command.do) {
      case 'step': player.play(false); return void engine.step(command.size ?? page.size);
      case 'back': player.play(false); return void engine.back();
      case 'seek': player.play(false); return engine.seek(command.step);
      case 'seekTime': player.play(false); return engine.seekTime(command.ms);
      case 'marker': player.play(false); return toMarker(command.direction);
      case 'play': return player.play(!player.isPlaying());
      case 'pace': return player.setPace(command.pace);
      case 'reset': return start(page.applied);
      case 'run': return start(page.text);
      case 'apply': return apply();
      case 'version': engine.restart({ kubernetes: command.kubernetes }); return start(page.text);
      case 'edit': page.text = command.text; isChecked = false; return;
      case 'mend': return void import('./edits.js').then(({ mended }) => dispatch({ do: 'edit', text: mended(page.text, command.edits) }), noPart);
      case 'type': return typing.type(command.line, command.terminal);
      case 'typeOutside': return typing.typeOutside(command.line);
      case 'interrupt': return typing.interrupt(command.terminal);
      case 'edited': return typing.edited(command.text, command.terminal);
      case 'delete': return typing.typeOutside(engine.faults('pod', command.namespace, command.pod).find((it) => it.code === 'delete')?.command ?? '');
      case 'faults': return void faults.open(command);
      case 'by': page.by = command.by; return;
      case 'terminal': page.tab = 'terminal'; draw(); return terminal.focus();
      case 'tab': page.tab = command.tab; return;
      case 'lesson': return session.lesson(command.name, command.starts ?? false);
      case 'perform': typing.perform(command.text); return player.play(true);
      case 'theme': page.theme = command.theme; return memory.remember('theme', command.theme);
      case 'shortcuts': page.shortcuts = command.on; return memory.remember('shortcuts', command.on ? 'on' : 'off');
      case 'language': return speak(command.tag);
      case 'help': return void help.open();
      case 'share': player.play(false); return void share.open();
      case 'line': page.tab = 'manifest'; draw(); return editor.goTo(command.line, 1);
      case 'size': page.size = command.size; return;
      case 'branch': player.play(false); return engine.switchTo(command.branch);
      case 'open': player.play(false); return session.open(command.address);
      case 'restore': return session.restore();
      case 'undo': player.play(false); return void session.undo();
      case 'example': page.text = settings.example; page.notice = null; return start(page.text);
      case 'dismiss': page.notice = null; return;
    }
  }

  /** @param {string} text */
  function start(text) {
    player.play(false);
    page.applied = text;
    const paste = engine.load(text);
    if (text !== page.text) return;
    page.paste = paste;
    isChecked = true;
  }

  /** What was refused is still to be applied. */
  function apply() {
    page.paste = engine.apply(page.text);
    isChecked = true;
    if (page.paste.diagnostics.every((it) => it.severity !== 'error')) page.applied = page.text;
  }

  /** @param {1 | -1} direction */
  function toMarker(direction) {
    const { timeline, step } = engine.snapshot();
    const steps = timeline.markers.map((it) => it.step);
    const next = direction > 0 ? steps.find((it) => it > step) : steps.findLast((it) => it < step);
    if (next !== undefined) engine.seek(next);
    else if (direction < 0) engine.seek(0);
  }

  /** @param {string} tag */
  function speak(tag) {
    settings.fetchLanguage(tag).then(async (language) => {
      await words.prepare(language);
      memory.remember('language', tag);
      words.use(language);
      page.language = tag;
      engine.setLanguage(language.sentences);
      isChecked = false;
      player.request();
    }, () => {
      page.notice = { text: words.t('notice.noLanguage'), undo: null };
      player.request();
    });
  }

  /** @param {() => void} run */
  function guarded(run) {
    try {
      run();
    } catch (error) {
      session.forget();
      destroy();
      settings.fail(error, page.text, session.replay(previous?.step ?? 0));
    }
  }

  /** What may take longer than a reader waits without a word. @param {Command} command */
  const isLong = (command) => command.do === 'step' ? LONG_STEPS.has(command.size ?? page.size)
    : ['run', 'apply', 'reset'].includes(command.do) && page.text.length > LARGE;

  /** @param {Command} command */
  function dispatch(command) {
    if (!isAlive || settings.refuses(command)) return;
    player.flush();
    session.note(command.do);
    const run = () => guarded(() => {
      act(command);
      page.isBusy = false;
      session.record(command.do);
    });
    if (isLong(command)) {
      page.isBusy = true;
      player.after(run);
    } else run();
    player.request();
  }

  function destroy() {
    isAlive = false;
    player.stop();
    deaf();
    for (const view of views) view.destroy();
  }

  draw();
  return { engine, dispatch, keep: () => isAlive && session.keep(), destroy };
}
