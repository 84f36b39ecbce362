// A static server for page tests: www, or another folder, under any path, on a free port, with any policy. What was asked
// for is kept.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

export const WWW = fileURLToPath(new URL('../../www/', import.meta.url));
/** What `./x dist` makes. */
export const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));
export const POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'";
const TYPES = {
  '.html': 'text/html; charset=utf-8', '.css': 'text/css; charset=utf-8', '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json', '.wasm': 'application/wasm', '.svg': 'image/svg+xml', '.yaml': 'text/plain; charset=utf-8',
};

/**
 * @param {{ path?: string, policy?: string, without?: RegExp, root?: string, pages?: Record<string, string> }} [options] `without`
 *   answers 404 for what matches, `pages` are there beside the files
 * @returns {Promise<{ url: string, asked: string[], missing: string[], stop: () => void }>}
 */
export async function serve({ path = '/', policy = POLICY, without, root = WWW, pages = {} } = {}) {
  const missing = [];
  const asked = [];
  const server = createServer(async (request, response) => {
    const target = decodeURIComponent(new URL(request.url, 'http://localhost').pathname);
    const name = target.startsWith(path) ? normalize(target.slice(path.length) || 'index.html') : '..';
    asked.push(name);
    try {
      if (name.startsWith('..') || without?.test(name)) throw new Error('not here');
      const body = pages[name] ?? await readFile(join(root, name));
      response.writeHead(200, { 'content-type': TYPES[extname(name)] ?? 'application/octet-stream', 'content-security-policy': policy });
      response.end(body);
    } catch {
      missing.push(target);
      response.writeHead(404, { 'content-security-policy': policy }).end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}${path}`,
    asked,
    missing,
    stop: () => { server.close(); server.closeAllConnections(); },
  };
}
