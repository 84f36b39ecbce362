/** Options of a cluster; each may be missing. */
export interface Options {
  seed?: number;
  kubernetes?: "v1.36" | "v1.22";
  nodes?: number;
  /** as components of a real cluster take them, of those that are simulated: "MaxUnavailableStatefulSet=true" */ featureGates?: string;
}
export type StepSize = "event" | "decision" | "change" | "ready" | "idle";
export interface Paste { kind: "manifests" | "transcript" | "empty"; diagnostics: Diagnostic[]; objects: string[]; commands: string[]; /** the profile the text asks for: a transcript of the article's era offers v1.22 */ suggests: "v1.22" | null }
export interface Diagnostic { severity: "error" | "warning" | "info"; line: number; column: number; /** 1-based; 0 when the whole text is meant */ message: string; /** field path or "" */ path: string; /** what was probably meant instead of what stands there, or "" */ hint: string; /** what mends it, where that is clear */ fix: Edit[] | null }
/** So many signs from there on are replaced; an edit of each place. */
export interface Edit { line: number; column: number; length: number; text: string }
/** What could stand at a place of a text, and the field there: made by `Cluster.assist(text, line, column)`. */
export interface Assist { /** the column of the word that an option replaces */ from: number; options: { label: string; detail: string; kind: "field" | "value"; insert: string }[]; field: { path: string; type: string; values: string[]; default: string; /** else it is kept and nothing acts on it */ simulated: boolean } | null }
/** What can go wrong with an object, and the command that lets it: made by `Cluster.faults(kind, namespace, name)`. */
export interface Fault { code: string; command: string }
/** A sentence made by the engine in the current language, with what it was made from. */
export interface Sentence { code: string; text: string; facts: Record<string, string>; upstream: string; /** page below kubernetes.io/docs/, or "" */ docs: string }
export interface Snapshot {
  version: string; kubernetes: string;
  time: number; end: number; step: number; steps: number; seq: number;
  atStart: boolean; idle: boolean;
  services: ServiceView[]; statefulSets: StatefulSetView[]; workloads: WorkloadView[];
  /** pods of none of these */ pods: PodView[];
  /** claims in no column */ claims: ClaimView[];
  nodes: NodeView[];
  current: StepView | null;
  /** every course of things: one is added when something is done in the past */ branches: { /** when it left another; "" for the first */ timeText: string; /** what was done then */ text: string; current: boolean }[];
  timeline: TimelineView; terminal: TerminalView; /** the terminal beside it */ second: TerminalView; events: EventView[]; files: { name: string; text: string }[];
}
export interface ServiceView { name: string; namespace: string; headless: boolean; clusterIP: string; dnsName: string; /** what DNS answers for dnsName now */ answers: { address: string; pod: string }[]; leftOut: { pod: string; why: Sentence }[]; current: boolean }
export interface StatefulSetView { name: string; namespace: string; /** it was deleted, and still has pods */ gone: boolean; ready: number; replicas: number; policy: string; revision: string; /** standing wait of the controller */ waiting: Sentence | null; columns: ColumnView[]; current: boolean }
export interface ColumnView { ordinal: number; name: string; /** web-0.nginx, "" without governing Service */ dnsName: string; /** does dnsName resolve now */ resolves: boolean; pod: PodView | null; /** why there is no pod */ absent: Sentence | null; current: boolean; /** beyond spec.replicas: will be removed */ condemned: boolean; /** earlier pods of this name, newest first; null where `pod` tells of them */ past: PastPod[] | null; claims: ClaimView[]; /** this and those after it are alike: shown as one where there are very many */ group: { to: number; toName: string; count: number; tone: string; status: string | null } | null }
/** A pod that is gone; the name may have another one now. */
export interface PastPod { nth: number; ip: string; node: string; fromText: string; toText: string }
/** A claim and its volume. Tone: pending | ready | terminating | failed. */
export interface ClaimView { name: string; status: string; tone: string; volume: string; size: string; class: string | null; /** no pod uses it */ kept: boolean; waiting: Sentence | null; current: boolean }
/** A Deployment, DaemonSet or ReplicaSet with its pods. */
export interface WorkloadView { object: string; name: string; namespace: string; ready: number; replicas: number; waiting: Sentence | null; pods: PodView[]; current: boolean }
/** A node with the pods on it; without a name: pods that have no node yet. */
export interface NodeView { name: string; ready: boolean; schedulable: boolean; taints: string[]; pods: { name: string; tone: string; status: string; current: boolean }[]; current: boolean }
export interface PodView { name: string; namespace: string; /** kubectl's STATUS word: Pending, ContainerCreating, Running, Terminating, Completed… */ status: string; /** pending | creating | running | ready | terminating | failed | gone: colour and shape */ tone: string; readyText: string; restarts: number; node: string; ip: string; /** earlier pods of this name, newest first */ past: PastPod[]; /** 1 for the first pod of this name */ incarnation: number; revision: string; /** what it waits for */ waiting: Sentence | null; image: string; ageText: string; current: boolean }
export interface StepView { step: number; seq: number; time: number; timeText: string; actor: string; /** localized actor */ actorText: string; /** what was done, in words: "creates pod web-0" */ action: string; object: string; /** e.g. pod/web-0 */ kind: "write" | "wait" | "command"; why: Sentence; causes: { step: number; time: number; timeText: string; actorText: string; text: string }[]; /** YAML line this rests on, 0 if none */ line: number; changes: { path: string; before: string; after: string }[] }
export interface TimelineView { /** ms */ end: number; rows: { /** web-0; in other namespaces than default: a/web-0 */ name: string; bars: { from: number; to: number; tone: string; status: string }[] }[]; markers: { time: number; step: number; kind: "command" | "ready" | /** a wait began, or ended */ "wait" | "waited" | /** DNS answers with more addresses from here on, or with fewer */ "dns"; text: string }[] }
/** What the word before the cursor could become: it begins at `from`, and `insert` is what all candidates have in common */
export interface Completion { from: number; insert: string; candidates: string[] }
export interface TerminalView { lines: { kind: "prompt" | "out" | "err" | "note"; text: string }[]; prompt: string; /** what has been begun goes on in the next line; Ctrl-C drops it */ open: boolean; /** the command that leaves what lines are typed at; null in the reader's own shell */ leave: string | null; /** a program is running; Ctrl-C stops it */ busy: boolean; /** the text that `kubectl edit` has opened, to be closed with `edited` */ editing: string | null; /** commands of a pasted transcript still to come */ pending: number; /** commands to tap, made of the names that are there */ suggestions: string[] }
export interface EventView { time: number; timeText: string; type: string; reason: string; object: string; message: string; count: number; from: string }
/** What went wrong: made by `Cluster.doctor()`. Severity info: it works as intended, and the reader ran into it. */
export interface Finding { code: string; severity: "error" | "warning" | "info"; text: string; /** what to do */ fix: string; /** a command that mends it, or "" */ command: string; /** e.g. service/nginx */ object: string; /** field path or "" */ field: string; /** where that stands in the text; 0 if nowhere */ line: number; /** what shows it: events, look-ups, commands */ proof: { time: number; text: string }[] }
/** A session as text: what a permalink holds. Each member may be missing. */
export interface Link { manifest?: string; /** command lines to run after it, by hand */ cmd?: string[]; /** per branch: after so many events, at so many ms, that was done */ runs?: [number, number, unknown][][]; run?: number; step?: number; seq?: number; time?: number; seed?: number; nodes?: number; kubernetes?: "v1.36" | "v1.22" }
export interface Opened { paste: Paste; text: string; /** what could not be read, in words */ problems: string[] }
/** What a command printed, and its exit status; `stopped`: it did not end by itself. */
export interface Ran { output: string; code: number; stopped: boolean }
/** A request to the API server. A body that is no JSON (YAML of a server-side apply) is its text. */
export interface WireRequest { http: "GET" | "POST" | "PUT" | "PATCH" | "DELETE"; path: string; query?: [string, string][]; type?: string; body?: unknown; /** asks for a Table */ table?: boolean; /** User-Agent */ agent?: string; /** of an earlier answer: what is new since */ watch?: WireWatch }
export interface WireAnswer { status: number; warnings: string[]; body?: unknown; text?: string; watch?: WireWatch; frames?: unknown[] }
export interface WireWatch { after: number; opened: number | null; told: boolean }
/** A lesson: made by `Cluster.lesson(markdown)`. */
export interface Lesson { title: string; /** its start, for `open` */ link: string; manifest: string; blocks: LessonBlock[] }
export interface LessonBlock { kind: "heading" | "item" | "text" | "yaml" | "console" | "predict" | "goal" | "hint" | "solution"; text: string; /** for `perform` */ commands: string; choices: string[]; /** which of them the simulation does */ answer: number | null; /** a prediction's explanation; what `commands` print when a goal is reached, for `holds` */ rest: string }
/** A line of the object of the current step: it went, came, or stays. */
export interface ObjectLine { mark: "-" | "+" | ""; text: string }
/** How a name resolves at this moment, and why: made by `Cluster.dns(name, from)`; asking changes nothing, no cache either. */
export interface DnsView { name: string; /** the pod it is asked in, as given; "" for a client in the namespace default */ from: string; /** why nothing can be told (no such pod): only then are the members below missing */ error: string; /** glibc | musl | uClibc */ library: string; /** of /etc/resolv.conf */ search: string[]; nameservers: string[]; options: string[]; /** which names are tried, and why in that order */ how: Sentence; /** the addresses, or for an address its name; empty: not found */ found: string[]; tried: DnsTried[]; /** the record sets of the Services that were met, a hundred at most */ sets: { name: string; type: string; count: number }[]; /** e.g. pod/web-1: what is not answered with */ leftOut: { object: string; why: Sentence }[] }
/** One query and what came of it. */
export interface DnsTried { server: string; /** ends in a dot */ name: string; type: string; /** NOERROR, NXDOMAIN…; "" when nobody answered */ rcode: string; /** of the answer section; 0 with NOERROR: no data */ records: number; why: Sentence; /** that it comes out of a cache */ kept: Sentence | null; /** ms of the simulation, or null */ keptUntil: number | null }
