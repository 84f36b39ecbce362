// @ts-check
// The places of the page, and the tabs that choose among them where there is no room for all.

import { h, mark, show, write } from '../dom.js';

/** The panels that share one place, in the order of their tabs; the others are always there. @type {Record<Layout, Tab[]>} */
const SHARED = {
  wide: ['why', 'events', 'dns', 'doctor'],
  medium: ['lesson', 'manifest', 'why', 'events', 'dns', 'doctor'],
  phone: ['lesson', 'cluster', 'manifest', 'why', 'events', 'dns', 'doctor', 'terminal'],
};
/** @type {Record<Layout, Tab>} */
const FIRST = { wide: 'why', medium: 'why', phone: 'cluster' };
/** @type {Record<Tab, Key>} */
const NAMES = { lesson: 'tab.lesson', cluster: 'tab.cluster', manifest: 'tab.manifest', why: 'tab.why', events: 'tab.events', dns: 'tab.dns', doctor: 'tab.doctor', terminal: 'tab.terminal' };
const TABS = /** @type {Tab[]} */ (Object.keys(NAMES));

const [MEDIUM, WIDE] = [700, 1100];

/** @type {(root: HTMLElement, dispatch: Dispatch, words: Words, settings: Settings) => View & { slots: Record<Place, HTMLElement> }} */
export const createFrame = (root, dispatch, words, { places }) => {
  /** @param {Place} place */
  const has = (place) => !places || places.includes(place);
  const { label } = words;
  /** @type {Tab} */
  let shownTab = 'cluster';
  let isLesson = false;

  const tabs = forEachTab((name) => label(h('button', {
    type: 'button', role: 'tab', class: 'tab', id: `tab-${name}`, 'aria-controls': `panel-${name}`,
    click: () => dispatch({ do: 'tab', tab: name }),
  }), NAMES[name]));
  const panels = forEachTab((name) => label(h('section', {
    class: `panel panel-${name}`, id: `panel-${name}`,
  }), NAMES[name], 'aria-label'));
  const tablist = label(h('div', { role: 'tablist', class: 'tabs', keydown: onKey }, ...TABS.map((it) => tabs[it])), 'tab.list', 'aria-label');
  // In an article, the article has these landmarks.
  const header = h(places ? 'div' : 'header', { class: 'header' });
  const notice = h('span', {});
  const example = label(h('button', { type: 'button', class: 'button', click: () => dispatch({ do: 'example' }) }), 'notice.example');
  const undo = label(h('button', { type: 'button', class: 'button', click: () => dispatch({ do: 'undo' }) }), 'notice.undo');
  const dismiss = label(h('button', { type: 'button', class: 'button', click: () => dispatch({ do: 'dismiss' }) }), 'help.close');
  const bar = h('p', { class: 'notice-bar', role: 'status' }, notice, undo, example, dismiss);
  const controls = h('div', { class: 'controls' });
  const timeline = h('div', { class: 'timeline' });
  const transport = label(h('section', { class: 'transport' }, controls, timeline), 'transport.label', 'aria-label');
  const main = h(places ? 'div' : 'main', { class: 'main' });
  root.append(header, bar, main);

  /** @type {Layout | null} */
  let arranged = null;
  /** What is hidden altogether has no width, and stays as it is. @returns {Layout} */
  const layout = () => {
    const width = root.clientWidth;
    if (!width && arranged) return arranged;
    return width >= WIDE && has('manifest') ? 'wide' : width >= MEDIUM ? 'medium' : 'phone';
  };
  /** Where there is room, a lesson takes the place of the manifests, which become a tab. @returns {Tab[]} */
  const shared = () => {
    const names = SHARED[layout()].filter((it) => has(it) && (isLesson || it !== 'lesson'));
    return layout() === 'wide' && isLesson ? ['manifest', ...names] : names;
  };

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    const choice = shared();
    const at = choice.indexOf(shownTab);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const name = /** @type {Tab} */ (choice.at(to % choice.length));
    dispatch({ do: 'tab', tab: name });
    tabs[name].focus();
  }

  /** @param {Tab} wish */
  function arrange(wish) {
    const choice = shared();
    const next = choice.includes(wish) ? wish : choice.includes(FIRST[layout()]) ? FIRST[layout()] : choice[0] ?? 'cluster';
    const isNew = next !== shownTab;
    shownTab = next;
    for (const name of TABS) {
      const isShared = choice.includes(name);
      show(tabs[name], isShared);
      mark(tabs[name], 'aria-selected', String(name === shownTab));
      mark(tabs[name], 'tabindex', name === shownTab ? 0 : -1);
      show(panels[name], has(name) && (isShared ? name === shownTab : isLesson || name !== 'lesson'));
      mark(panels[name], 'role', isShared && choice.length > 1 ? 'tabpanel' : null);
    }
    show(tablist, choice.length > 1);
    // Nothing stands beside the picture.
    mark(root, 'data-bare', !choice.some((it) => it !== 'cluster') && !has('terminal') && !has('manifest'));
    // Where the tabs do not fit, the chosen one is in view.
    if (isNew) tablist.scrollLeft = tabs[shownTab].offsetLeft - tablist.clientWidth / 2;
  }

  /** Tab order follows reading order: on a phone the tabs stand above all panels. */
  function order() {
    arranged = layout();
    const { lesson, cluster, manifest, why, events, dns, doctor, terminal } = panels;
    const all = arranged === 'phone' ? [tablist, lesson, cluster, manifest, why, events, dns, doctor, terminal, transport]
      : arranged === 'wide' && isLesson ? [lesson, cluster, tablist, manifest, why, events, dns, doctor, transport, terminal]
      : [manifest, cluster, tablist, lesson, why, events, dns, doctor, transport, terminal];
    main.append(...all);
    mark(root, 'data-layout', arranged);
    mark(root, 'data-lesson', isLesson);
  }

  /** @type {Tab} */
  let wish = 'cluster';
  const onLayout = () => {
    if (layout() === arranged) return;
    order();
    arrange(wish);
  };
  show(header, has('header'));
  show(controls, has('controls'));
  show(timeline, has('timeline'));
  show(transport, has('controls') || has('timeline'));
  const width = new ResizeObserver(onLayout);
  width.observe(root);
  onLayout();

  return {
    slots: { header, controls, timeline, ...panels },
    update(shown) {
      wish = shown.page.tab;
      if (isLesson !== (has('lesson') && shown.page.lesson !== null)) {
        isLesson = !isLesson;
        order();
      }
      arrange(wish);
      show(bar, shown.page.notice);
      write(notice, shown.page.notice?.text ?? '');
      show(undo, shown.page.notice?.undo === 'before');
      show(example, shown.page.notice?.undo === 'example');
    },
    destroy() {
      width.disconnect();
      header.remove();
      bar.remove();
      main.remove();
    },
  };
};

/**
 * @template Made
 * @param {(name: Tab) => Made} make
 */
function forEachTab(make) {
  return /** @type {Record<Tab, Made>} */ (Object.fromEntries(TABS.map((name) => [name, make(name)])));
}
