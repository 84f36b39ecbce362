// @ts-check
// A session in an address. What it says is the engine's (`Link`); here it is packed: deflate, then base64url.
// `#s=1.…` is made by the page, `?yaml=…&cmd=…;…` by whoever writes links by hand, with options of the cluster beside it.

const FORM = /[#&]s=(\d*)\.?([^&]*)/;
const VERSION = '1';
/** No text a person writes is longer; a short link can unpack to far more. */
const LINK_MAX = 200_000;
/** Options that a hand-written link may set. */
const OPTIONS = { seed: Number, nodes: Number, kubernetes: String, featureGates: String };
/** Longer addresses are cut by some chats and servers on their way. */
export const LONG = 8000;

/**
 * @param {string} link the engine's text
 * @returns {Promise<string>} the part of the address from # on
 */
export async function pack(link) {
  const stream = new Blob([link]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const text = Array.from(bytes, (it) => String.fromCharCode(it)).join('');
  return `#s=1.${btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`;
}

/**
 * What an address holds, as far as a damaged one still holds it; null if it is no link.
 * @param {{ hash: string, search: string }} address
 * @returns {Promise<Address | null>}
 */
export async function unpack({ hash, search }) {
  const [, version, packed] = FORM.exec(hash) ?? [];
  if (packed !== undefined) {
    if (version !== VERSION) return { trouble: Number(version) > Number(VERSION) ? 'link.newer' : 'link.unknown' };
    const link = await inflate(packed);
    return link === '' ? { trouble: 'link.empty' } : link.length > LINK_MAX ? { trouble: 'link.tooLong' } : { link };
  }
  const plain = new URLSearchParams(search);
  const [yaml, commands] = [plain.get('yaml'), plain.getAll('cmd').flatMap((it) => it.split(';'))];
  if (yaml === null && !commands.length) return null;
  const cmd = commands.map((it) => it.trim()).filter(Boolean);
  const options = Object.entries(OPTIONS).flatMap(([name, read]) => (plain.has(name) ? [[name, read(plain.get(name))]] : []));
  return { link: JSON.stringify({ manifest: yaml ?? '', ...(cmd.length ? { cmd } : {}), ...Object.fromEntries(options) }) };
}

/** @param {string} packed */
async function inflate(packed) {
  // What is no sign of base64 came on the way; a cut address may end within a group of four.
  const signs = packed.replace(/[^\w-]/g, '');
  const whole = signs.length % 4 === 1 ? signs.slice(0, -1) : signs;
  const text = atob(whole.replaceAll('-', '+').replaceAll('_', '/'));
  const bytes = Uint8Array.from(text, (it) => it.charCodeAt(0));
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw')).getReader();
  const decoder = new TextDecoder();
  let link = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return link + decoder.decode();
      link += decoder.decode(value, { stream: true });
      if (link.length > LINK_MAX) return link;
    }
  } catch {
    return link;
  }
}
