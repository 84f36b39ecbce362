// @ts-check
// Commands on their way into the terminal: what is typed is answered before the next frame, if it takes but a moment.

/** How long, in virtual time and in events, a command typed may take to answer without the reader letting time pass. */
const ANSWER_MS = 200;
const ANSWER_EVENTS = 100;

/** @param {Engine} engine */
export function createTyping(engine) {
  /** @param {number} [terminal] 1 for the second */
  function answer(terminal = 0) {
    const { step, time } = engine.snapshot();
    const isAtWork = () => {
      const { busy, editing } = engine.snapshot()[terminal ? 'second' : 'terminal'];
      return busy && editing === null;
    };
    for (let events = 0; events < ANSWER_EVENTS && isAtWork(); events++) {
      if (!engine.step('event')) return;
      if (engine.snapshot().time > time + ANSWER_MS) return engine.seekTime(time + ANSWER_MS);
      if (engine.snapshot().step > step + 1) return;
    }
  }

  /** @param {string} line @param {number} [terminal] */
  function type(line, terminal) {
    engine.type(line, terminal);
    answer(terminal);
  }

  return {
    type,
    /** @param {string} transcript */
    perform(transcript) {
      engine.perform(transcript);
      answer();
    },
    /** @param {number} [terminal] */
    interrupt(terminal) {
      engine.interrupt(terminal);
      answer(terminal);
    },
    /** @param {string} text what the editor that a command opened was closed with @param {number} terminal */
    edited(text, terminal) {
      engine.edited(text, terminal);
      answer(terminal);
    },
    /**
     * The reader sees the command: it is typed for them, in the reader's own shell. What runs there is left first.
     * @param {string} line
     */
    typeOutside(line) {
      const terminal = () => engine.snapshot().terminal;
      if (terminal().busy || terminal().open) engine.interrupt();
      answer();
      // A client in a container's shell; what each leads to runs to its end, and the command comes after it.
      for (let left = 0; left < 2; left++) {
        const { leave } = terminal();
        if (leave) type(leave);
      }
      answer();
      type(line);
    },
  };
}
