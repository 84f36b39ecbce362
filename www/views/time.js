// @ts-check
// Time: the buttons that move it, one sentence that says what the current step is, and a strip of bars for each pod with a
// native range over them as the playhead.

import { h, icon, list, mark, put, reshape, show, write, writeSentence } from '../dom.js';
import { PACES } from '../player.js';

/** @type {Record<Pace, Key>} */
const PACE_NAMES = { tenth: 'pace.tenth', real: 'pace.real', slow: 'pace.slow', normal: 'pace.normal', fast: 'pace.fast', max: 'pace.max' };
/** @type {Record<Page['size'], Key>} */
const SIZE_NAMES = { event: 'size.event', decision: 'size.decision', change: 'size.change', ready: 'size.ready', idle: 'size.idle' };

/** @type {Create} */
export const createControls = (root, dispatch, words) => {
  const { t, label } = words;
  /**
   * A button that stays focusable where it has nothing to do.
   * @param {string} shape @param {Key} key @param {Command} command @param {string} [extra]
   */
  const button = (shape, key, command, extra = '') => {
    const text = label(h('span', {}), key);
    const drawing = icon(shape);
    const node = h('button', {
      type: 'button', class: `button ${extra}`,
      click: () => node.getAttribute('aria-disabled') !== 'true' && dispatch(command),
    }, drawing, text);
    return { node, text, drawing };
  };
  const back = button('back', 'control.back', { do: 'back' });
  const step = button('step', 'control.step', { do: 'step' }, 'primary');
  const play = button('play', 'control.play', { do: 'play' });
  const until = button('until', 'control.untilReady', { do: 'step', size: 'ready' });
  const reset = button('reset', 'control.reset', { do: 'reset' });
  const pace = label(h('select', {
    class: 'select', change: (event) => dispatch({ do: 'pace', pace: /** @type {Pace} */ (event.target.value) }),
  }, /** @type {Pace[]} */ (Object.keys(PACES)).map((it) => label(h('option', { value: it }), PACE_NAMES[it]))), 'control.pace', 'aria-label');
  const size = label(h('select', {
    class: 'select', change: (event) => dispatch({ do: 'size', size: /** @type {Page['size']} */ (event.target.value) }),
  }, /** @type {Page['size'][]} */ (Object.keys(SIZE_NAMES)).map((it) => label(h('option', { value: it }), SIZE_NAMES[it]))), 'control.size', 'aria-label');
  const branch = label(h('select', { class: 'select branches', change: () => dispatch({ do: 'branch', branch: branch.selectedIndex }) }), 'control.branch', 'aria-label');
  /** @type {Draw<Snapshot['branches'][0]>} */
  const drawBranches = list(branch, () => {
    const node = h('option', {});
    return {
      node,
      update(it, index) {
        write(node, `${index + 1} · ${it.text ? `${it.timeText} ${it.text}` : t('branch.first')}`);
        node.selected = it.current;
      },
    };
  });
  const time = h('span', { class: 'now' });
  const news = h('span', {});
  // Beside it on a wide page the reason stands in full; read aloud, it belongs to the news.
  const why = h('span', { class: 'news-why' });
  const rest = label(h('span', { class: 'at-rest' }), 'control.atRest');
  const busy = label(h('span', { class: 'at-rest' }), 'control.busy');
  root.append(
    h('div', { class: 'buttons' }, back.node, step.node, play.node, until.node, reset.node),
    h('div', { class: 'choices' }, size, pace, branch),
    h('p', { class: 'news', role: 'status' }, time, news, why, rest, busy));

  return {
    update(shown) {
      const { current, page } = shown;
      const isAtRest = shown.idle && shown.step === shown.steps && shown.step > 0;
      mark(back.node, 'aria-disabled', String(shown.atStart));
      mark(step.node, 'aria-disabled', String(isAtRest));
      mark(until.node, 'aria-disabled', String(isAtRest));
      write(play.text, t(page.playing ? 'control.pause' : 'control.play'));
      reshape(play.drawing, page.playing ? 'pause' : 'play');
      if (pace.value !== page.pace) pace.value = page.pace;
      if (size.value !== page.size) size.value = page.size;
      drawBranches(shown.branches);
      show(branch, shown.branches.length > 1);
      // Between two steps only this moves; whoever listens hears the steps.
      write(time, current && shown.time === current.time ? current.timeText : `${(shown.time / 1000).toFixed(1)} s`);
      mark(time, 'aria-hidden', 'true');
      const isCommand = current?.kind === 'command';
      writeSentence(news, !current ? t('control.start') : isCommand ? current.why.text : words.act(current.actorText, current.action));
      writeSentence(why, current && !isCommand ? current.why.text : '');
      show(rest, isAtRest && !page.isBusy);
      show(busy, page.isBusy);
      mark(root, 'aria-busy', page.isBusy);
    },
    destroy() { root.replaceChildren(); },
  };
};

const SECOND = 1000;
/** Lengths of the axis and the ticks on them, in seconds. */
const AXES = [[30, 5], [60, 10], [120, 20], [300, 60], [600, 120], [1200, 240], [3600, 600], [7200, 1200], [21600, 3600], [86400, 14400]];
const NAME_LIMIT = 14;
/** web-2 before web-10. */
const NATURAL = new Intl.Collator('en', { numeric: true });

/** @param {number} ms */
const seconds = (ms) => (ms && ms % (60 * SECOND) === 0 ? `${ms / 60 / SECOND} min` : `${+(ms / SECOND).toFixed(1)} s`);

/** @type {Create} */
export const createTimeline = (root, dispatch, words) => {
  const { t, label } = words;
  const ticks = h('div', { class: 'ticks', 'aria-hidden': 'true' });
  const markers = h('div', { class: 'markers', 'aria-hidden': 'true' });
  const lanes = h('div', { class: 'lanes' });
  // What moves with time stands here and nowhere above: all below it would be styled anew in each frame.
  const veil = h('div', { class: 'veil' });
  const scrub = label(h('input', { type: 'range', class: 'scrub', min: 0, step: 1, input: onInput, keydown: onKey }), 'timeline.scrub', 'aria-label');
  root.append(h('div', { class: 'strip' }, h('div', { class: 'ruler' }, ticks, markers), lanes, veil, scrub));

  let axis = 0;
  let isLong = false;
  /** @type {Draw<number>} */
  const drawTicks = list(ticks, () => {
    const node = h('span', { class: 'tick' });
    return {
      node,
      update(ms) {
        write(node, isLong ? seconds(ms) : `${ms / SECOND} s`);
        put(node, '--at', ms / axis);
      },
    };
  });
  /** @type {Draw<TimelineView['markers'][0]>} */
  const drawMarkers = list(markers, () => {
    const node = h('span', { class: 'marker' });
    return {
      node,
      update(marker) {
        mark(node, 'data-kind', marker.kind);
        mark(node, 'title', marker.text);
        put(node, '--at', marker.time / axis);
      },
    };
  });
  const drawLanes = list(lanes, () => createLane(() => axis));

  function onInput() {
    dispatch({ do: 'seekTime', ms: Number(scrub.value) });
  }

  /** Arrows go by steps: a millisecond is no distance a reader knows. @param {KeyboardEvent} event */
  function onKey(event) {
    /** @type {Record<string, Command>} */
    const commands = {
      ArrowLeft: { do: 'back' }, ArrowDown: { do: 'back' },
      ArrowRight: { do: 'step', size: 'change' }, ArrowUp: { do: 'step', size: 'change' },
      PageDown: { do: 'marker', direction: -1 }, PageUp: { do: 'marker', direction: 1 },
      Home: { do: 'seek', step: 0 }, End: { do: 'seekTime', ms: end },
    };
    if (!Object.hasOwn(commands, event.key)) return;
    event.preventDefault();
    dispatch(commands[event.key]);
  }

  let end = 0;
  return {
    update({ timeline, time, step, current }) {
      end = timeline.end;
      const [length, tick] = AXES.find(([it]) => it * SECOND >= end) ?? [Math.ceil(end / SECOND), Math.ceil(end / SECOND / 6)];
      axis = length * SECOND;
      isLong = tick >= 60;
      drawTicks(Array.from({ length: Math.floor(length / tick) + 1 }, (_, index) => index * tick * SECOND));
      drawMarkers(timeline.markers);
      drawLanes([...timeline.rows].sort((a, b) => NATURAL.compare(a.name, b.name)), (it) => it.name);
      put(root, '--names', Math.min(NAME_LIMIT, Math.max(0, ...timeline.rows.map((it) => it.name.length))));
      put(veil, '--now', time / axis);
      put(veil, '--end', end / axis);
      mark(scrub, 'max', axis);
      if (Number(scrub.value) !== Math.round(time)) scrub.value = String(Math.round(time));
      mark(scrub, 'aria-valuetext', `${seconds(time)}, ${t('header.step', { step })}${current ? `: ${words.act(current.actorText, current.action)}` : ''}`);
    },
    destroy() { root.replaceChildren(); },
  };
};

/** @type {(axis: () => number) => Row<TimelineView['rows'][0]>} */
const createLane = (axis) => {
  const name = h('span', { class: 'lane-name' });
  const bars = h('div', { class: 'bars', role: 'img' });
  /** @type {Draw<TimelineView['rows'][0]['bars'][0]>} */
  const draw = list(bars, () => {
    const node = h('span', { class: 'time-bar' });
    return {
      node,
      update(bar) {
        mark(node, 'data-tone', bar.tone);
        mark(node, 'title', bar.status);
        put(node, '--from', bar.from / axis());
        put(node, '--to', bar.to / axis());
      },
    };
  });
  const node = h('div', { class: 'lane' }, name, bars);
  let seen = '';
  return {
    node,
    update(row) {
      const now = axis() + JSON.stringify(row);
      if (now === seen) return;
      seen = now;
      write(name, row.name);
      show(bars, true);
      mark(bars, 'aria-label', `${row.name}: ${row.bars.map((it) => `${it.status} ${seconds(it.from)} – ${seconds(it.to)}`).join(', ')}`);
      draw(row.bars);
    },
  };
};
