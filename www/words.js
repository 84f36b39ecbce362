// @ts-check
// The words of the page in one language, and changing them in place. Sentences about the cluster are the engine's.

import { readText } from './site.js';

/** Every language there is, by its tag; the name is shown to those who do not read the current one. */
export const LANGUAGES = /** @type {const} */ ({ en: 'English', 'zh-CN': '中文' });

/**
 * Words that parts fetched later need: they come with the first of these parts.
 * @type {Record<string, () => Promise<{ default: Record<string, string> }>>}
 */
const LATER = { en: () => import('./languages/later/en.json'), 'zh-CN': () => import('./languages/later/zh-CN.json') };
/**
 * What the facts of a reason are called, where that is not their English name.
 * @type {Record<string, () => Promise<{ default: Record<string, string> }>>}
 */
const FACTS = { 'zh-CN': () => import('./languages/facts/zh-CN.json') };

/**
 * What the doctor says, where it is not in the engine's English.
 * @type {Record<string, () => Promise<{ default: Record<string, string> }>>}
 */
const DOCTOR = { 'zh-CN': () => import('./languages/doctor/zh-CN.json') };

/**
 * The language a reader wants: what the address says, what was chosen before, what the browser prefers.
 * @param {(string | null | undefined)[]} wishes
 * @returns {keyof typeof LANGUAGES}
 */
export function choose(wishes) {
  for (const wish of wishes) {
    if (wish?.toLowerCase().startsWith('zh')) return 'zh-CN';
    if (wish?.toLowerCase().startsWith('en')) return 'en';
  }
  return 'en';
}

/**
 * @param {string} tag
 * @returns {Promise<Language>}
 */
export async function fetchLanguage(tag) {
  /** @param {string} name */
  const read = (name) => readText(`languages/${name}.json`);
  // The engine has its English with it.
  const [words, sentences] = await Promise.all([read(tag), tag === 'en' ? '' : read(`engine/${tag}`)]);
  return { tag, sentences, catalogue: JSON.parse(words) };
}

/** @param {string | undefined} sign */
const isHan = (sign) => /\p{Script=Han}/u.test(sign ?? '');

/**
 * @param {Language} first
 * @returns {Words}
 */
export function createWords(first) {
  let { tag, catalogue } = first;
  let isComplete = false;
  /** @type {Record<string, string>} */
  let facts = {};
  /** @type {{ node: WeakRef<Element>, key: Key, attribute: string }[]} */
  let labels = [];

  /** @type {Words['t']} */
  const t = (key, facts) => (facts ? catalogue[key].replace(/\{(\w+)\}/g, (_, name) => String(facts[name] ?? '')) : catalogue[key]);

  /** @param {Element} node @param {Key} key @param {string} attribute */
  const say = (node, key, attribute) => {
    if (attribute) node.setAttribute(attribute, t(key));
    else node.textContent = t(key);
  };

  /** @param {string} wanted a language; its further words, once it is the one that is shown */
  async function complete(wanted) {
    const later = await LATER[wanted]();
    if (wanted === tag) Object.assign(catalogue, later.default);
    isComplete = true;
  }

  /** Names of facts are a help: without them the English ones stand there. */
  async function nameFacts() {
    const wanted = tag;
    const names = await FACTS[wanted]?.().catch(() => null);
    if (wanted === tag) facts = names?.default ?? {};
  }
  nameFacts();

  return {
    t,
    complete: async () => (isComplete ? undefined : complete(tag)),
    fact: (name) => facts[name] ?? name,
    doctor: async () => (await DOCTOR[tag]?.())?.default ?? {},
    label(node, key, attribute = '') {
      labels.push({ node: new WeakRef(node), key, attribute });
      say(node, key, attribute);
      return node;
    },
    within(text, namespace) {
      return namespace === 'default' ? text : `${text} · ${t('picture.namespace', { namespace })}`;
    },
    act(actor, action) {
      // Chinese puts a space only between its own signs and Latin letters.
      const isTight = isHan(actor.at(-1)) && isHan(action.at(0));
      return isTight ? actor + action : `${actor} ${action}`;
    },
    async prepare(language) {
      if (!isComplete) return;
      Object.assign(language.catalogue, (await LATER[language.tag]()).default);
    },
    use(language) {
      ({ tag, catalogue } = language);
      nameFacts();
      labels = labels.filter(({ node }) => node.deref());
      for (const { node, key, attribute } of labels) {
        const it = node.deref();
        if (it) say(it, key, attribute);
      }
    },
    tag: () => tag,
  };
}
