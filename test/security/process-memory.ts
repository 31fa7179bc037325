import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

/** Whether this account may read the memory of other processes: what a debugger needs too. */
export const canReadMemory = () => process.platform === 'linux' && process.getuid?.() === 0;

const PAGE_BYTES = 4096;
/** Bits 62 and 63 of an entry (Documentation/admin-guide/mm/pagemap.rst): swapped out, or in memory. */
const IS_THERE = 0xc0;
const ENTRY_BYTES = 8;
const CHUNK_PAGES = 2048;

/**
 * How often each of these is in the memory of a process now: in every page it has, whatever the page is for, as a
 * debugger that takes a core of it sees them. (gdb itself writes Node's reserved gigabytes out too.)
 */
export function countInMemory(pid: number, wanted: Readonly<Record<string, Buffer>>): Record<string, number> {
  const counts = Object.fromEntries(Object.keys(wanted).map((name) => [name, 0]));
  const longest = Math.max(...Object.values(wanted).map(({ length }) => length));
  const buffer = Buffer.alloc(CHUNK_PAGES * PAGE_BYTES + longest);
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  let kept = 0;
  let keptUpTo = 0;
  let bytesRead = 0;
  try {
    for (const { from, pages } of listPages(pid)) {
      if (from !== keptUpTo) kept = 0;
      const read = readSync(memory, buffer, kept, pages * PAGE_BYTES, from);
      const chunk = buffer.subarray(0, kept + read);
      for (const [name, bytes] of Object.entries(wanted))
        counts[name] = (counts[name] ?? 0) + countIn(chunk, bytes, kept);
      // What begins at the end of this chunk is found whole with the next.
      const keep = Math.min(longest - 1, chunk.length);
      chunk.copyWithin(0, chunk.length - keep);
      kept = keep;
      keptUpTo = from + read;
      bytesRead += read;
    }
  } finally {
    closeSync(memory);
  }
  // A process of Node's is never smaller: less would mean that it was not looked at.
  if (bytesRead < 30 * 1024 * 1024) throw new Error(`only ${bytesRead} bytes of the process could be read`);
  return counts;
}

/** Runs of pages that are there, in order. */
function* listPages(pid: number): Generator<{ from: number; pages: number }> {
  const pagemap = openSync(`/proc/${pid}/pagemap`, 'r');
  const entries = Buffer.alloc(CHUNK_PAGES * ENTRY_BYTES);
  try {
    for (const line of readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')) {
      const [, start, end] =
        /^([0-9a-f]{1,13})-([0-9a-f]{1,13}) (?!.*\[v(?:var|dso|syscall))/.exec(line) ?? [];
      if (start === undefined || end === undefined) continue;
      const last = Number.parseInt(end, 16) / PAGE_BYTES;
      for (let page = Number.parseInt(start, 16) / PAGE_BYTES; page < last; page += CHUNK_PAGES) {
        const count = Math.min(CHUNK_PAGES, last - page);
        readSync(pagemap, entries, 0, count * ENTRY_BYTES, page * ENTRY_BYTES);
        yield* listRuns(entries, count, page);
      }
    }
  } finally {
    closeSync(pagemap);
  }
}

function* listRuns(entries: Buffer, count: number, page: number): Generator<{ from: number; pages: number }> {
  const isThere = (at: number) => at < count && ((entries[at * ENTRY_BYTES + 7] as number) & IS_THERE) !== 0;
  for (let at = 0; at < count; at++) {
    if (!isThere(at)) continue;
    let pages = 1;
    while (isThere(at + pages)) pages += 1;
    yield { from: (page + at) * PAGE_BYTES, pages };
    at += pages;
  }
}

/** What lies in the bytes kept of the chunk before was counted there. */
function countIn(chunk: Buffer, bytes: Buffer, kept: number): number {
  let count = 0;
  for (let at = chunk.indexOf(bytes); at >= 0; at = chunk.indexOf(bytes, at + 1))
    if (at + bytes.length > kept) count += 1;
  return count;
}
