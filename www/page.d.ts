// The types of the page's own scripts, known in all of them. Browsers never load this file; tsc does.

import type * as engine from './pkg/statefulset_playground.js';
import type { createEngine } from './engine.js';

type Catalogue = typeof import('./languages/en.json') & typeof import('./languages/later/en.json');

declare global {
  interface HTMLElementTagNameMap { 'statefulset-playground': import('./element/playground.js').StatefulSetPlayground }

  type Cluster = engine.Cluster;
  type Diagnostic = engine.Diagnostic;
  type Edit = engine.Edit;
  type Finding = engine.Finding;
  type EventView = engine.EventView;
  type ClaimView = engine.ClaimView;
  type ColumnView = engine.ColumnView;
  type Lesson = engine.Lesson;
  type LessonBlock = engine.LessonBlock;
  type NodeView = engine.NodeView;
  type PastPod = engine.PastPod;
  type Paste = engine.Paste;
  type PodView = engine.PodView;
  type ServiceView = engine.ServiceView;
  type Snapshot = engine.Snapshot;
  type StatefulSetView = engine.StatefulSetView;
  type StepView = engine.StepView;
  type TerminalView = engine.TerminalView;
  type TimelineView = engine.TimelineView;
  type WorkloadView = engine.WorkloadView;
  type Engine = ReturnType<typeof createEngine>;
  type Version = NonNullable<engine.Options['kubernetes']>;

  /** What is kept for a reader between visits, by name. */
  interface Memory {
    remember(name: string, value: string): void;
    forget(name: string): void;
    recall(name: string): string | null;
  }

  /** What one playground is given by whoever shows it: the page, or an element in someone's article. */
  interface Settings {
    /** What stands in the editor at first. */
    example: string;
    theme: Theme;
    shortcuts: boolean;
    memory: Memory;
    /** Which places there are; all, if missing. */
    places?: Place[];
    /** The page that links lead to. */
    home: string;
    /** Is told of the first thing done here. */
    touched(): void;
    fetchLanguage(tag: string): Promise<Language>;
    /** What is not done here, whoever asks for it. */
    refuses(command: Command): boolean;
    /** Is told after each drawing. */
    drawn(shown: Shown, previous: Shown | null): void;
    /** `link` leads to where it broke, or is empty. */
    fail(error: unknown, text: string, link: string): void;
  }
  type Place = Tab | 'header' | 'controls' | 'timeline';
  type Tab = 'lesson' | 'cluster' | 'manifest' | 'why' | 'events' | 'dns' | 'doctor' | 'terminal';
  type Layout = 'wide' | 'medium' | 'phone';
  type Theme = 'auto' | 'light' | 'dark';
  type Pace = 'tenth' | 'real' | 'slow' | 'normal' | 'fast' | 'max';

  /** `undo` is what the reader can go back to: what stood here before, or the example. */
  interface Notice { text: string; undo: 'before' | 'example' | null }
  /** What an address holds: a link, or what keeps it from being one, by its key. */
  type Address = { link: string; /** what is said when it was opened */ says?: Key } | { trouble: 'link.newer' | 'link.unknown' | 'link.empty' | 'link.tooLong' };

  /** What the page adds to the engine's snapshot. */
  interface Page {
    /** What stands in the editor. */
    text: string;
    /** What the cluster was given last. */
    applied: string;
    /** The text is large, and was not read since it was changed. */
    isUnread: boolean;
    /** Something long is about to be done. */
    isBusy: boolean;
    /** What the engine says of `text`. */
    paste: Paste;
    playing: boolean;
    pace: Pace;
    /** How far Step goes. */
    size: engine.StepSize;
    /** What is to be said once: of a link, of what was restored. */
    notice: Notice | null;
    tab: Tab;
    /** The lesson that is open, `''` for the list of them; `starts` if its cluster is to take the place of what stands here. */
    lesson: { name: string, starts: boolean } | null;
    /** How the picture is arranged. */
    by: 'ordinal' | 'node';
    theme: Theme;
    /** Are single keys listened to. */
    shortcuts: boolean;
    language: string;
  }
  type Shown = Snapshot & { page: Page };

  /** What a reader can ask for. */
  type Command =
    | { do: 'look' | 'share' | 'dismiss' | 'example' | 'undo' | 'restore' | 'back' | 'play' | 'reset' | 'run' | 'apply' | 'help' | 'terminal' }
    | { do: 'step'; /** as chosen, if it is missing */ size?: engine.StepSize }
    | { do: 'size'; size: engine.StepSize }
    | { do: 'branch'; branch: number }
    | { do: 'open'; address: Address }
    | { do: 'line'; line: number }
    | { do: 'seek'; step: number }
    | { do: 'seekTime'; ms: number }
    | { do: 'marker'; direction: 1 | -1 }
    | { do: 'pace'; pace: Pace }
    | { do: 'edit'; text: string }
    | { do: 'mend'; edits: Edit[] }
    | { do: 'version'; kubernetes: Version }
    | { do: 'type'; line: string; /** 1 for the second */ terminal?: number }
    | { do: 'interrupt'; terminal?: number }
    | { do: 'edited'; text: string; terminal: number }
    | { do: 'delete'; pod: string; namespace: string }
    | { do: 'typeOutside'; /** in the reader's own shell, whatever runs there */ line: string }
    | ({ do: 'faults' } & FaultsOf)
    | { do: 'by'; by: Page['by'] }
    | { do: 'tab'; tab: Tab }
    | { do: 'lesson'; name: string | null; starts?: boolean }
    | { do: 'perform'; text: string }
    | { do: 'theme'; theme: Theme }
    | { do: 'shortcuts'; on: boolean }
    | { do: 'language'; tag: string };
  /** Whose faults are asked for. */
  interface FaultsOf { kind: string; namespace: string; name: string }
  type Dispatch = (command: Command) => void;

  /** State flows down by `update`; a view owns what is in its root and nothing else. */
  interface View {
    update(shown: Shown, previous: Shown | null): void;
    destroy(): void;
  }
  /** A view in a dialog of its own. */
  type Dialog<About extends unknown[] = []> = View & { open(...about: About): void | Promise<void> };
  type Create<Extra = {}> = (root: HTMLElement, dispatch: Dispatch, words: Words) => View & Extra;

  /** One of the elements that follow a list. */
  interface Row<Item> {
    node: Element;
    update(item: Item, index: number): void;
  }
  /** What the text is edited in. */
  interface Surface {
    node: HTMLElement;
    hasFocus(): boolean;
    /** Where the caret is, as an index of the text. */
    caret(): number;
    goTo: GoTo;
    reveal(line: number): void;
    /** `marked` is the line the step rests on, or 0. */
    update(shown: Shown, marked: number): void;
    destroy(): void;
  }
  /** The caret goes to that place. */
  type GoTo = (line: number, column: number) => void;
  type CreateRow<Item> = (dispatch: Dispatch, words: Words) => Row<Item>;
  /** Draws the list anew; rows of one key are one row. */
  type Draw<Item> = (items: Item[], keyOf?: (item: Item, index: number) => string | number) => void;

  type Key = keyof Catalogue;
  interface Language {
    tag: string;
    /** The text of the engine's file: sentences about the cluster. */
    sentences: string;
    catalogue: Record<string, string>;
  }
  interface Words {
    /** The sentence of that key. */
    t(key: Key, facts?: Record<string, string | number>): string;
    /** The node (or its attribute) says that key, now and in every later language. */
    label<Node extends Element>(node: Node, key: Key, attribute?: string): Node;
    /** The text, with the namespace if it is another than the default one. */
    within(text: string, namespace: string): string;
    /** Who did what, as one clause. */
    act(actor: string, action: string): string;
    /** Fetches the words that parts need which are fetched later. */
    complete(): Promise<void>;
    /** What a fact of a reason is called. */
    fact(name: string): string;
    /** The doctor's sentences, by code. */
    doctor(): Promise<Record<string, string>>;
    /** Gives another language all the words that this one has by now. */
    prepare(language: Language): Promise<void>;
    use(language: Language): void;
    tag(): string;
  }
}
