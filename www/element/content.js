// @ts-check
// What an author wrote into the tag, or beside it: manifests and commands, as blocks that are plain text without scripts.

const YAML = /(?:^|[\s/+-])ya?ml\b/;
const CONSOLE = /(?:^|[\s/-])(?:console|shell|shellsession|sh|bash)\b/;
/** Drawn beforehand for whoever runs no script. */
const TWIN = '[data-twin]';

/**
 * The text of every block of one kind: `<script type="text/yaml">`, or `<pre>` whose class or code says what it is.
 * @param {Element} host
 * @param {RegExp} kind
 */
function blocks(host, kind) {
  const found = [...host.querySelectorAll('script[type], pre')].filter((it) => !it.closest(TWIN));
  return found.filter((it) => {
    const names = [it.getAttribute('type'), it.className, it.querySelector('code')?.className, it.getAttribute('data-lang')];
    return names.some((name) => name && kind.test(name.toLowerCase()));
  }).map((it) => it.textContent ?? '');
}

/** Lines of a `commands` attribute or block. @param {string} text */
const lines = (text) => text.split(/[\n;]/).map((it) => it.trim()).filter(Boolean);

/** The commands of a console block: what stands after `$ `, or every line if nothing does. @param {string} text */
function commands(text) {
  const typed = text.split('\n').filter((it) => it.startsWith('$ ')).map((it) => it.slice(2).trim());
  return typed.length ? typed : text.split('\n').map((it) => it.trim()).filter(Boolean);
}

/**
 * The session an author asks for, as the engine's `Link`, and the text it begins with.
 * @param {HTMLElement} host
 * @returns {Promise<{ manifest: string, cmd: string[] }>}
 */
export async function readContent(host) {
  const [src, scenario] = [host.getAttribute('src'), host.getAttribute('scenario')];
  const extra = lines(host.getAttribute('commands') ?? '');
  if (src !== null || scenario !== null) {
    const manifest = src === null ? await readScenario(scenario ?? '') : await readSource(host, src);
    return { manifest, cmd: extra };
  }
  const yaml = blocks(host, YAML).map(dedent);
  const consoles = blocks(host, CONSOLE).map(dedent);
  // Only a transcript: the engine reads it as one, with the files it writes.
  if (!yaml.length && consoles.length) return { manifest: consoles.join('\n'), cmd: extra };
  // A pre that says nothing of itself is manifests.
  const plain = yaml.length ? yaml : [...host.querySelectorAll('pre')].filter((it) => !it.closest(TWIN)).map((it) => dedent(it.textContent ?? ''));
  return { manifest: plain.join('\n---\n'), cmd: [...consoles.flatMap(commands), ...extra] };
}

/** @param {HTMLElement} host @param {string} src */
async function readSource(host, src) {
  const response = await fetch(new URL(src, host.baseURI));
  if (!response.ok) throw new Error(`${src}: ${response.status}`);
  return response.text();
}

/** @param {string} name */
async function readScenario(name) {
  const { readText } = await import('../site.js');
  return readText(`examples/${name}.yaml`);
}

/** Authors indent a block with the tags around it; YAML begins at the left. @param {string} text */
function dedent(text) {
  const all = text.replace(/^\s*\n/, '').trimEnd().split('\n');
  const indents = all.filter((it) => it.trim()).map((it) => it.length - it.trimStart().length);
  const indent = Math.min(...indents, Infinity);
  return `${all.map((it) => (Number.isFinite(indent) ? it.slice(indent) : it)).join('\n')}\n`;
}
