import { Transform } from 'node:stream';

/** Shorter values are in too much that is not them. */
export const LEAST_MASKED = 4;
const MASK = Buffer.from('••••');
/** How long the first bytes of what may become a value wait, before they are shown all the same: a prompt may end so. */
const RELEASE_MS = 250;

/** What is looked for: values as they are, and as JSON and URLs write them. */
export function listMasked(values: readonly string[]): Buffer[] {
  const forms = values
    .filter((value) => [...value].length >= LEAST_MASKED)
    .flatMap((value) => [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value)]);
  return [...new Set(forms)].map((form) => Buffer.from(form)).sort((a, b) => b.length - a.length);
}

/**
 * Replaces values in a stream of bytes, whole or in pieces. What may be the beginning of one is held back until it is clear; it is
 * never more than the longest value.
 */
export function createMasking(masked: readonly Buffer[]): Transform {
  let pending: Buffer = Buffer.alloc(0);
  /** Bytes at the front of `pending` that were shown already. */
  let shown = 0;
  let timer: NodeJS.Timeout | undefined;

  function work(stream: Transform, isLast: boolean): void {
    let at = 0;
    const show = (end: number) => {
      const from = Math.max(at, shown);
      if (end > from) stream.push(pending.subarray(from, end));
      at = end;
    };
    for (;;) {
      const found = findFirst(pending, masked, at);
      const held = isLast ? pending.length : findHeld(pending, masked, at);
      // At the same place, a longer one may follow.
      if (found === null || held <= found.start) {
        show(held);
        break;
      }
      show(found.start);
      stream.push(MASK);
      at = found.end;
    }
    shown = Math.max(0, shown - at);
    // Copied, so that it does not keep the whole chunk.
    pending = Buffer.from(pending.subarray(at));
  }

  return new Transform({
    transform(chunk: Buffer, _, done) {
      clearTimeout(timer);
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
      work(this, false);
      // SECURITY: fewer than four characters of a value tell what a value that short would: they are not masked either.
      if (pending.length > shown && pending.length < LEAST_MASKED)
        timer = setTimeout(() => {
          this.push(pending.subarray(shown));
          shown = pending.length;
        }, RELEASE_MS);
      done();
    },
    flush(done) {
      clearTimeout(timer);
      work(this, true);
      done();
    },
  });
}

/** The first value in it, with those that begin in it and end behind it. */
function findFirst(
  bytes: Buffer,
  masked: readonly Buffer[],
  from: number,
): { start: number; end: number } | null {
  let start = -1;
  let end = -1;
  for (const value of masked) {
    const at = bytes.indexOf(value, from);
    if (at === -1 || (start !== -1 && at >= start)) continue;
    start = at;
    end = at + value.length;
  }
  if (start === -1) return null;
  for (let grown = true; grown; ) {
    grown = false;
    for (const value of masked) {
      const at = bytes.indexOf(value, Math.max(start, end - value.length + 1));
      if (at === -1 || at >= end || at + value.length <= end) continue;
      end = at + value.length;
      grown = true;
    }
  }
  return { start, end };
}

/** Where the end of it begins that may be the beginning of a value; its length if there is none. */
function findHeld(bytes: Buffer, masked: readonly Buffer[], from: number): number {
  let held = bytes.length;
  for (const value of masked) {
    const first = value.subarray(0, 1);
    let at = bytes.indexOf(first, Math.max(from, bytes.length - value.length + 1));
    for (; at !== -1 && at < held; at = bytes.indexOf(first, at + 1))
      if (value.compare(bytes, at, bytes.length, 0, bytes.length - at) === 0) {
        held = at;
        break;
      }
  }
  return held;
}
