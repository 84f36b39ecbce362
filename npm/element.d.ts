import type { Snapshot } from './engine.js';

/** The tag: `statefulset-playground`. */
export const NAME: 'statefulset-playground';

/** What the element tells, by the names of its events. */
export interface PlaygroundEvents {
  'playground-ready': CustomEvent<{ snapshot: Snapshot }>;
  'playground-step': CustomEvent<{ step: number; time: number; snapshot: Snapshot }>;
  'playground-error': CustomEvent<{ error: unknown }>;
}

/** `<statefulset-playground>`. Its attributes: src, scenario, lesson, link, commands, seed, nodes, kubernetes, feature-gates, size, panels, controls, step, lang, theme, height, loading. */
export class StatefulSetPlayground extends HTMLElement {
  /** Whether it runs. */
  readonly running: boolean;
  /** Starts now, wherever the element is; anew, if it runs. */
  start(): Promise<void>;
  /** What is shown now; null until it runs. */
  snapshot(): Snapshot | null;
  /** Does what a button of it would. */
  dispatch(command: PlaygroundCommand): void;
  /** Ends it; put back into a document it goes on where the reader was. */
  dispose(): void;
  [Symbol.dispose](): void;
  addEventListener<Name extends keyof PlaygroundEvents>(type: Name, listener: (event: PlaygroundEvents[Name]) => void, options?: boolean | AddEventListenerOptions): void;
  addEventListener(type: string, listener: EventListenerOrEventListenerObject, options?: boolean | AddEventListenerOptions): void;
}

export type PlaygroundCommand =
  | { do: 'back' | 'play' | 'reset' | 'run' | 'apply' }
  | { do: 'step'; size?: 'event' | 'decision' | 'change' | 'ready' | 'idle' }
  | { do: 'seek'; step: number }
  | { do: 'edit'; text: string }
  | { do: 'type'; line: string };

declare global {
  interface HTMLElementTagNameMap { 'statefulset-playground': StatefulSetPlayground }
}
