// @ts-check
// A session in an address. What it says is the engine's (`Link`); here it is packed: deflate, then base64url.
// `#s=1.…` is made by the page, `?yaml=…&cmd=…;…` by whoever writes links by hand.

const FORM = /[#&]s=1\.([\w-]*)/;
const OTHER_FORM = /[#&]s=(\d+)\./;
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
 * The engine's text in an address; as much of it as a damaged one still holds; null if the address holds none.
 * @param {{ hash: string, search: string }} address
 * @returns {Promise<{ link: string } | { isNewer: true } | null>}
 */
export async function unpack({ hash, search }) {
  const packed = FORM.exec(hash)?.[1];
  if (packed !== undefined) return { link: await inflate(packed) };
  if (OTHER_FORM.test(hash)) return { isNewer: true };
  const plain = new URLSearchParams(search);
  const [yaml, commands] = [plain.get('yaml'), plain.getAll('cmd').flatMap((it) => it.split(';'))];
  if (yaml === null && !commands.length) return null;
  const cmd = commands.map((it) => it.trim()).filter(Boolean);
  return { link: JSON.stringify({ manifest: yaml ?? '', ...(cmd.length ? { cmd } : {}) }) };
}

/** @param {string} packed */
async function inflate(packed) {
  // A cut address may end within a group of four signs.
  const whole = packed.length % 4 === 1 ? packed.slice(0, -1) : packed;
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
    }
  } catch {
    return link;
  }
}
