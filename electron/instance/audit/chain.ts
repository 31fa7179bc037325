import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Store } from '../store/store.ts';

/** How many lines are read at once, and how long one slice may keep the event loop. */
const PAGE_LINES = 500;
const SLICE_MS = 12;

/** A line as its row has it, `data` as text. */
export interface StoredLine {
  id: number;
  at: number;
  operation: string;
  actorKind: string;
  userId: number | null;
  actor: string;
  ip: string | null;
  data: string | null;
}

/** The newest line, and the hash of everything up to it. For the manifest of a backup. */
export interface ChainHead {
  id: number;
  /** SHA-256. */
  hash: Buffer;
}

export interface ChainCheck {
  /** Lines in the log now. */
  lines: number;
  /** Lines that were removed because they were older than the settings say. */
  removed: number;
  /** The first line that does not follow from those before it; null while all do. */
  brokenAt: number | null;
  /** Of the newest line. */
  headId: number;
  /** In hex. */
  headHash: string;
}

interface Anchor extends ChainHead {
  removed: number;
}

type HashedLine = StoredLine & { hash: Buffer | null };

/**
 * The hash of a line: of the line and of the hash before it, so that no line can be changed, removed or put in between
 * without every later hash being another. SECURITY: who can write the database can compute them all again; what shows
 * that is a head kept elsewhere.
 */
export function hashLine(before: Buffer, line: StoredLine): Buffer {
  const { id, at, operation, actorKind, userId, actor, ip, data } = line;
  return createHash('sha256')
    .update(before)
    .update(JSON.stringify([id, at, operation, actorKind, userId, actor, ip, data]), 'utf8')
    .digest();
}

export interface Chain {
  /** What the next line follows. Lines of a version without the chain are hashed on the way, once. */
  findHead(): ChainHead;
  /** Compares every line with the chain, in slices that leave the event loop free. */
  check(): Promise<ChainCheck>;
  /**
   * Anchors the chain at the last line older than this, for it and all before it to be removed. Returns how many these
   * are; null for none. Only a beginning of the log can go, and the newest line stays.
   */
  anchorBefore(atMs: number, nowMs: number): number | null;
}

export function createChain({ sqlite, identity }: Pick<Store, 'sqlite' | 'identity'>): Chain {
  const selectAnchor = sqlite.prepare(
    'SELECT last_id AS id, hash, removed FROM audit_anchors ORDER BY last_id DESC LIMIT 1',
  );
  const selectNewest = sqlite.prepare('SELECT id, hash FROM audit_log ORDER BY id DESC LIMIT 1');
  const selectLines = sqlite.prepare(
    `SELECT id, at, operation, actor_kind AS actorKind, user_id AS userId, actor, ip, data, hash
     FROM audit_log WHERE id > ? ORDER BY id LIMIT ${PAGE_LINES}`,
  );
  const genesis = createHash('sha256').update(`temps audit log ${identity.id}`, 'utf8').digest();

  /** With what was removed, or with the instance itself, so that no other's log can stand in. */
  function findStart(): Anchor {
    return (selectAnchor.get() as Anchor | undefined) ?? { id: 0, hash: genesis, removed: 0 };
  }

  function findHead(): ChainHead {
    const newest = selectNewest.get() as { id: number; hash: Buffer | null } | undefined;
    if (newest && newest.hash !== null) return { id: newest.id, hash: newest.hash };
    const start = findStart();
    let head: ChainHead = { id: start.id, hash: start.hash };
    for (;;) {
      const lines = selectLines.all(head.id) as HashedLine[];
      if (lines.length === 0) return head;
      for (const line of lines) head = { id: line.id, hash: hashLine(head.hash, line) };
    }
  }

  async function check(): Promise<ChainCheck> {
    const start = findStart();
    let head: ChainHead = { id: start.id, hash: start.hash };
    let lines = 0;
    let brokenAt: number | null = null;
    // Lines of a version without the chain come first; after one with a hash all have one.
    let isHashed = start.id > 0;
    for (;;) {
      const until = performance.now() + SLICE_MS;
      do {
        const read = selectLines.all(head.id) as HashedLine[];
        if (read.length === 0) {
          brokenAt ??= findLostEnd(head.id);
          const { id: headId, hash } = head;
          return { lines, removed: start.removed, brokenAt, headId, headHash: hash.toString('hex') };
        }
        for (const line of read) {
          const hash = hashLine(head.hash, line);
          const follows = line.hash === null ? !isHashed : hash.equals(line.hash);
          const isNext = !isHashed || line.id === head.id + 1;
          if (!(follows && isNext)) brokenAt ??= line.id;
          isHashed ||= line.hash !== null;
          lines += 1;
          head = { id: line.id, hash: line.hash ?? hash };
        }
      } while (performance.now() < until);
      await nextTurn();
    }
  }

  /** SQLite remembers the highest id there was. */
  function findLostEnd(lastId: number): number | null {
    const highest = sqlite.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'audit_log'").pluck().get();
    return typeof highest === 'number' && highest > lastId ? lastId + 1 : null;
  }

  function anchorBefore(atMs: number, nowMs: number): number | null {
    const start = findStart();
    const kept = sqlite
      .prepare(
        'SELECT min(id) FROM audit_log WHERE id > ? AND (at >= ? OR id = (SELECT max(id) FROM audit_log))',
      )
      .pluck()
      .get(start.id, atMs) as number | null;
    const last = sqlite
      .prepare(
        'SELECT id, hash FROM audit_log WHERE id > ? AND id < ? AND hash IS NOT NULL ORDER BY id DESC LIMIT 1',
      )
      .get(start.id, kept ?? 0) as ChainHead | undefined;
    if (!last) return null;
    const count = sqlite
      .prepare('SELECT count(*) FROM audit_log WHERE id > ? AND id <= ?')
      .pluck()
      .get(start.id, last.id) as number;
    sqlite
      .prepare('INSERT INTO audit_anchors (last_id, hash, removed, at) VALUES (?, ?, ?, ?)')
      .run(last.id, last.hash, start.removed + count, nowMs);
    return count;
  }

  return { findHead, check, anchorBefore };
}
