// @ts-check
// The cluster's Events, newest first; those of the current step are marked.

import { h, icon, list, mark, reshape, show, write } from '../dom.js';

/** @type {Create} */
export const createEvents = (root, _dispatch, words) => {
  const empty = words.label(h('p', { class: 'intro' }), 'events.empty');
  const events = h('ol', { class: 'events' });
  root.append(empty, events);
  mark(root, 'tabindex', 0);
  const draw = list(events, createEvent);

  return {
    update(shown) {
      if (root.hidden) return;
      show(empty, !shown.events.length);
      draw(shown.events.map((event) => ({ event, isCurrent: isOfStep(event, shown.current) })).reverse(),
        ({ event }, index) => `${event.time} ${event.object} ${event.reason} ${shown.events.length - index}`);
    },
    destroy() { root.replaceChildren(); },
  };
};

/**
 * Events carry whole seconds, as in the API.
 * @param {EventView & { current?: boolean }} event
 * @param {StepView | null} step
 */
function isOfStep(event, step) {
  return event.current ?? (step !== null && event.object === step.object && event.time === Math.floor(step.time / 1000) * 1000);
}

/** @type {() => Row<{ event: EventView, isCurrent: boolean }>} */
const createEvent = () => {
  const shape = icon('ready');
  const [time, reason, object, count, message, from] = ['time', 'event-reason', 'event-object', 'quiet', 'event-message', 'quiet']
    .map((name) => h('span', { class: name }));
  const type = h('span', { class: 'event-type' }, shape, reason);
  const node = h('li', { class: 'event' },
    h('div', { class: 'event-head' }, time, type, count), h('p', {}, object, ' ', message), from);
  return {
    node,
    update({ event, isCurrent }) {
      mark(node, 'aria-current', isCurrent ? 'step' : null);
      const isWarning = event.type === 'Warning';
      mark(node, 'data-tone', isWarning ? 'failed' : 'ready');
      reshape(shape, isWarning ? 'failed' : 'ready');
      write(time, event.timeText);
      write(reason, isWarning ? `${event.type} ${event.reason}` : event.reason);
      write(count, event.count > 1 ? `×${event.count}` : '');
      write(object, event.object);
      write(message, event.message);
      write(from, event.from);
    },
  };
};
