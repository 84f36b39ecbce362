// @ts-check
// What is kept of a reader's work: links that are opened, the session of the last visit, and the way back from both.

/** What a reader may do without changing anything that is worth keeping. @type {Set<Command['do']>} */
const LOOKS = new Set(['pace', 'size', 'tab', 'lesson', 'look', 'by', 'faults', 'line', 'theme', 'shortcuts', 'language', 'help', 'share', 'terminal', 'dismiss', 'open', 'restore', 'undo']);

/** What changes what a link holds besides the moment. @type {Set<Command['do']>} */
const ACTS = new Set(['run', 'apply', 'reset', 'version', 'type', 'typeOutside', 'delete', 'interrupt', 'edited', 'branch', 'open', 'restore', 'undo', 'example']);

/**
 * @param {Page} page
 * @param {Engine} engine
 * @param {Words} words
 * @param {Settings} settings
 */
export function createSession(page, engine, words, settings) {
  const { forget, recall, remember } = settings.memory;
  let isTouched = false;
  /** What stood here before a link was opened. @type {string | null} */
  let before = null;

  /** A link to what was done last: an engine that broke off tells nothing any more. */
  let last = '';

  const here = () => JSON.stringify({ link: engine.link(), text: page.text });
  const isPristine = () => page.text === settings.example && engine.snapshot().step === 0;

  /** @param {string} text @param {Notice['undo']} [undo] */
  const say = (text, undo = null) => { page.notice = { text, undo }; };

  /** @param {string} link @returns {string[]} what could not be read of it */
  function take(link) {
    const { paste, text, problems } = engine.open(link);
    Object.assign(page, { text, applied: text, paste });
    return problems;
  }

  /** @param {string} kept @returns {boolean} whether it was a session at all */
  function resume(kept) {
    try {
      const { link, text } = JSON.parse(kept);
      if (typeof link !== 'string' || typeof text !== 'string') return false;
      take(link);
      if (text !== page.text) Object.assign(page, { text, paste: engine.check(text) });
      return true;
    } catch (error) {
      if (error instanceof WebAssembly.RuntimeError) throw error;
      return false;
    }
  }

  return {
    /** @param {Address} address */
    open(address) {
      page.notice = null;
      if ('trouble' in address) return say(words.t(address.trouble));
      const old = isPristine() ? recall('session') : here();
      const own = here();
      const problems = take(address.link);
      if (problems.length && !page.text) {
        resume(own);
        return say(words.t('link.empty'));
      }
      before = old;
      isTouched = false;
      const undo = before && before !== here() ? 'before' : null;
      if (problems.length) say(words.t('link.damaged', { problems: problems.join('; ') }), undo);
      else if (undo) say(words.t(address.says ?? 'link.opened'), undo);
    },
    /** Goes on where the last visit ended. */
    restore() {
      const kept = recall('session');
      // Should it break the page or never end, it does so once.
      if (kept === null || recall('restoring')) return forget('restoring');
      remember('restoring', 'yes');
      if (resume(kept) && !isPristine()) say(words.t('link.restored'), recall('earlier') ? 'before' : 'example');
      before = recall('earlier');
      forget('restoring');
    },
    /** Back to what stood here before; the example if nothing did. */
    undo() {
      page.notice = null;
      const old = before;
      before = here();
      isTouched = true;
      return old !== null && resume(old);
    },
    /** Opens a lesson, the list of them, or none. @param {string | null} name @param {boolean} starts */
    lesson(name, starts) {
      page.lesson = name === null ? null : { name, starts };
      page.tab = name === null ? 'cluster' : 'lesson';
      remember('lesson', name ?? '');
    },
    /** @param {Command['do']} what */
    note(what) {
      if (isTouched || LOOKS.has(what)) return;
      isTouched = true;
      settings.touched();
    },
    /** @param {Command['do']} what */
    record(what) {
      if (ACTS.has(what) || !last) last = engine.link();
    },
    /** What leads to that step again, without the engine. @param {number} step */
    replay: (step) => last && JSON.stringify({ ...JSON.parse(last), step, seq: 0, time: 0 }),
    /** Keeps what was done for the next visit. */
    keep() {
      if (!isTouched) return;
      if (before !== null) remember('earlier', before);
      remember('session', here());
    },
    forget: () => forget('session'),
  };
}
