import { fstatSync, writeSync } from 'node:fs';
import process from 'node:process';
import type { Writable } from 'node:stream';

/** Takes a line with its end, or tells by `false` that it is lost. Never throws, and waits for nobody who reads. */
export type Output = (line: string) => boolean;

/** What waits for a reader. Whoever is behind by more than that has stopped. */
const MAX_WAITING_BYTES = 1_048_576;
const STDOUT = 1;

/** Standard output, whatever that is: what becomes of its lines must not be what becomes of the operator. */
export function standardOutput(): Output {
  const target = fstatSync(STDOUT);
  // Node writes to these without waiting, and keeps what they do not take.
  return target.isFIFO() || target.isSocket() ? toStream(process.stdout) : toFile(STDOUT);
}

/** A line that finds too much waiting before it is lost, and so is every line once nobody can read any more. */
export function toStream(stream: Writable): Output {
  stream.on('error', () => undefined);
  return line => {
    if (!stream.writable || stream.writableLength > MAX_WAITING_BYTES) return false;
    stream.write(line);
    return true;
  };
}

/** A line that does not fit on the disk is lost; the next one is tried again, and begins a line of its own. */
export function toFile(fd: number, write: (fd: number, bytes: Uint8Array) => number = writeSync): Output {
  let isTorn = false;
  return line => {
    let rest: Uint8Array = Buffer.from(isTorn ? `\n${line}` : line);
    try {
      while (rest.length > 0) {
        rest = rest.subarray(write(fd, rest));
        isTorn = rest.length > 0;
      }
      return true;
    } catch {
      return false;
    }
  };
}
