// @ts-check
// From `Request` to the engine's wire and back to `Response`. What is answered is the engine's; a watch is a stream of lines
// that goes on as virtual time passes.

/** @typedef {import('../pkg/statefulset_playground.js').WireRequest} WireRequest */
/** @typedef {import('../pkg/statefulset_playground.js').WireAnswer} WireAnswer */

/**
 * @param {Request} request
 * @param {object} cluster
 * @param {(request: WireRequest) => WireAnswer} cluster.ask
 * @param {(listener: (event: import('./cluster.js').ClusterEvent) => void) => () => void} cluster.subscribe
 * @returns {Promise<Response>}
 */
export async function answer(request, cluster) {
  request.signal?.throwIfAborted();
  const { pathname, searchParams } = new URL(request.url);
  const type = (request.headers.get('content-type') ?? '').split(';')[0].trim();
  const text = await request.text();
  /** @type {WireRequest} */
  const asked = {
    http: /** @type {WireRequest['http']} */ (request.method),
    path: decodeURIComponent(pathname),
    query: [...searchParams],
    type,
    table: request.headers.get('accept')?.includes('as=Table') ?? false,
    agent: request.headers.get('user-agent') ?? 'fetch',
  };
  try {
    if (text) asked.body = type.includes('yaml') ? text : JSON.parse(text);
  } catch (error) {
    return respond(400, JSON.stringify({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: `error decoding request body: ${error}`, reason: 'BadRequest', code: 400 }));
  }
  const told = cluster.ask(asked);
  const warnings = told.warnings ?? [];
  if (told.watch) return respond(told.status, stream(asked, told, cluster, request.signal), warnings);
  if (told.text !== undefined) return respond(told.status, told.text, warnings, 'text/plain');
  return respond(told.status, JSON.stringify(told.body), warnings);
}

/**
 * @param {number} status
 * @param {string | ReadableStream} body
 * @param {string[]} [warnings]
 * @param {string} [type]
 */
function respond(status, body, warnings = [], type = 'application/json') {
  const headers = new Headers({ 'content-type': type });
  for (const text of warnings) headers.append('warning', `299 - ${JSON.stringify(text)}`);
  return new Response(body, { status, headers });
}

/**
 * @param {WireRequest} asked
 * @param {WireAnswer} first
 * @param {Parameters<typeof answer>[1]} cluster
 * @param {AbortSignal | undefined} signal
 */
function stream(asked, first, cluster, signal) {
  const encoder = new TextEncoder();
  let { watch } = first;
  let stop = () => {};
  const seconds = Number(asked.query?.find(([name]) => name === 'timeoutSeconds')?.[1] ?? Infinity);
  /** @type {number | null} */
  let began = null;
  return new ReadableStream({
    start(controller) {
      /** @param {unknown[]} frames */
      const tell = (frames) => frames.forEach((it) => controller.enqueue(encoder.encode(`${JSON.stringify(it)}\n`)));
      const end = () => {
        stop();
        controller.close();
      };
      tell(first.frames ?? []);
      stop = cluster.subscribe((event) => {
        if (event.type === 'disposed') return end();
        const news = cluster.ask({ ...asked, watch });
        watch = news.watch;
        tell(news.frames ?? []);
        began ??= event.time;
        if (event.time - began > seconds * 1000) end();
      });
      signal?.addEventListener('abort', () => {
        stop();
        controller.error(signal.reason);
      });
    },
    cancel: () => stop(),
  });
}
