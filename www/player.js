// @ts-check
// The one clock of the page: wall time becomes virtual time, once per animation frame.

/**
 * How fast virtual time runs, and how long the page rests on each change so that it can be read.
 * @type {Record<Pace, { rate: number, rest: number }>}
 */
export const PACES = {
  tenth: { rate: 0.1, rest: 0 },
  real: { rate: 1, rest: 0 },
  slow: { rate: 3, rest: 1800 },
  normal: { rate: 8, rest: 800 },
  fast: { rate: 40, rest: 150 },
  max: { rate: 3000, rest: 0 },
};

// A tab that slept does not catch up.
const LONGEST_FRAME_MS = 100;

/**
 * @param {object} on
 * @param {(ms: number, restsOnChange: boolean) => { changed: boolean, idle: boolean }} on.advance lets virtual time pass
 * @param {() => void} on.draw
 */
export function createPlayer(on) {
  let frame = 0;
  let last = 0;
  let rest = 0;
  // The engine counts whole milliseconds.
  let owed = 0;
  let playing = false;
  /** @type {Pace} */
  let pace = 'normal';

  /** @type {(() => void) | null} what is to be done once the reader has seen that it is coming */
  let work = null;
  let isSeen = false;

  const flush = () => {
    const due = work;
    work = null;
    isSeen = false;
    due?.();
  };

  const request = () => {
    if (!frame) frame = requestAnimationFrame(run);
  };

  /** @param {number} now */
  function run(now) {
    frame = 0;
    if (isSeen) flush();
    if (work) {
      isSeen = true;
      request();
    }
    const elapsed = last ? Math.min(now - last, LONGEST_FRAME_MS) : 0;
    last = playing ? now : 0;
    if (playing) {
      pass(elapsed);
      request();
    }
    on.draw();
  }

  /** @param {number} elapsed */
  function pass(elapsed) {
    const wait = Math.min(rest, elapsed);
    rest -= wait;
    if (rest > 0 || elapsed === wait) return;
    owed += (elapsed - wait) * PACES[pace].rate;
    const whole = Math.floor(owed);
    owed -= whole;
    const { changed, idle } = on.advance(whole, PACES[pace].rest > 0);
    if (changed) rest = PACES[pace].rest;
    if (idle) playing = false;
  }

  return {
    /** Something changed: draw in the next frame. */
    request,
    /** Does it in the frame after the next one. @param {() => void} job */
    after(job) {
      flush();
      work = job;
      request();
    },
    /** Does at once what is to be done. */
    flush,
    isPlaying: () => playing,
    pace: () => pace,
    /** @param {boolean} isPlaying */
    play(isPlaying) {
      playing = isPlaying;
      rest = 0;
      request();
    },
    /** @param {Pace} chosen */
    setPace(chosen) {
      pace = chosen;
      rest = 0;
    },
    stop() {
      playing = false;
      work = null;
      cancelAnimationFrame(frame);
    },
  };
}
