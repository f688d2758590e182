import { STATUS_CODES } from 'node:http';

/** Status line and headers of an answer. */
export interface Head {
  readonly status: number;
  /** The reason phrase. */
  readonly phrase: string;
  /** Names and values in turn, as they came. */
  readonly headers: readonly string[];
}

/** An answer on its way: its body arrives in chunks, which may be read once. */
export interface Answer {
  readonly head: Head;
  readonly chunks: AsyncIterable<Buffer> | Iterable<Buffer>;
  /** Ends what still streams; nothing happens to what is whole. */
  discard(): void;
}

/** An answer whose body is known, with its length. */
export function wholeAnswer(status: number, headers: readonly string[], body: string | Buffer): Answer {
  const bytes = Buffer.from(body);
  const head = {
    status,
    phrase: STATUS_CODES[status] ?? '',
    headers: [...headers, 'content-length', String(bytes.length)],
  };
  return { head, chunks: [bytes], discard: () => undefined };
}

/** Reads the whole body, and returns the same answer with it. */
export async function readWhole({ head, chunks }: Answer): Promise<Answer> {
  return { head, chunks: [await bytesOf(chunks)], discard: () => undefined };
}

/** The whole body. */
export async function bytesOf(chunks: Answer['chunks']): Promise<Buffer> {
  const all: Buffer[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

const OF_ONE_CONNECTION: ReadonlySet<string> = new Set(['connection', 'keep-alive', 'proxy-connection', 'upgrade']);

/** Headers without those that concern one connection only (RFC 9110, section 7.6.1), each as it came. */
export function endToEnd(headers: readonly string[]): readonly string[] {
  return headers.filter((_, i) => !OF_ONE_CONNECTION.has((headers[i - (i % 2)] ?? '').toLowerCase()));
}

/** The answer with another body: its length in place of what said how the old one was sent. */
export function withBody({ head, discard }: Answer, body: string): Answer {
  const framing = ['content-length', 'transfer-encoding', 'content-encoding'];
  const { headers } = head;
  const kept = headers.filter((_, i) => !framing.includes((headers[i - (i % 2)] ?? '').toLowerCase()));
  const bytes = Buffer.from(body);
  return { head: { ...head, headers: [...kept, 'content-length', String(bytes.length)] }, chunks: [bytes], discard };
}
