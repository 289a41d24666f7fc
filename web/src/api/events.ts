/** Server-sent events over `fetch`, because an EventSource cannot carry a proof. */

export interface ServerEvent {
  readonly event: string;
  readonly data: string;
}

const RETRY_FIRST_MS = 1_000;
const RETRY_LAST_MS = 20_000;

export interface Follow {
  /** Opens the stream; called again, with a fresh proof, after every break. */
  readonly connect: (signal: AbortSignal) => Promise<Response>;
  readonly onEvent: (event: ServerEvent) => void;
  readonly onState?: (live: boolean) => void;
  /** Whether an error ends it for good. */
  readonly isFinal: (error: unknown) => boolean;
}

/** Follows a stream until the answer is called. */
export function follow({ connect, onEvent, onState, isFinal }: Follow): () => void {
  const stop = new AbortController();
  void (async () => {
    let wait = RETRY_FIRST_MS;
    while (!isOver(stop.signal)) {
      try {
        const response = await connect(stop.signal);
        onState?.(true);
        wait = RETRY_FIRST_MS;
        if (response.body) await readEvents(response.body, onEvent);
      } catch (error) {
        if (isOver(stop.signal) || isFinal(error)) break;
      }
      onState?.(false);
      await pause(wait, stop.signal);
      wait = Math.min(wait * 2, RETRY_LAST_MS);
    }
  })();
  return () => stop.abort();
}

export async function readEvents(
  body: ReadableStream<Uint8Array>,
  onEvent: (event: ServerEvent) => void,
): Promise<void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    rest = (rest + decoder.decode(value, { stream: true })).replaceAll('\r\n', '\n');
    const blocks = rest.split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const event = parseBlock(block);
      if (event) onEvent(event);
    }
  }
}

function parseBlock(block: string): ServerEvent | undefined {
  let event = 'message';
  const data: string[] = [];
  for (const line of block.split('\n')) {
    if (line.startsWith('event:')) event = line.slice(6).trim();
    if (line.startsWith('data:')) data.push(line.slice(5).replace(/^ /, ''));
  }
  return data.length === 0 ? undefined : { event, data: data.join('\n') };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}

const isOver = (signal: AbortSignal): boolean => signal.aborted;
