import { setImmediate as nextTurn } from 'node:timers/promises';
import { AppError } from '../../kernel/app-error.ts';
import type { Store } from '../../store/store.ts';
import { countSecretsUnder, countValuesByKind } from '../key/key-record.ts';
import { vaultOperations } from '../operations.ts';
import type { Fingerprint, MasterKey } from '../sealing/master-key.ts';
import { openValue, sealValue } from '../sealing/sealed-value.ts';
import { lockedError } from '../secrets/secret-store.ts';
import type { VaultCore } from '../vault-core.ts';
import { findOpenRotation, getRotationIn, type RotationRecord } from './rotation-record.ts';

/** Rows read at once, and how long one transaction may take: the event loop must never wait 50 ms. */
const PAGE_ROWS = 50;
const BATCH_MS = 6;

interface Row {
  id: string;
  kind: string;
  sealed: Buffer;
}

export interface ResealOutcome {
  moved: number;
  /** Ids that the old key does not open: they stay as they are. */
  unreadable: string[];
}

/**
 * Moves every value from one key to another in short transactions, leaving the event loop free in between.
 * Killed at any instant, each value is whole under one of the two. Throws `vault_locked` when a key is dropped
 * meanwhile, and what the store throws.
 */
export async function resealAll(
  core: VaultCore,
  from: Fingerprint,
  onBatch: (moved: number) => void = () => {},
  isStopped: () => boolean = () => false,
): Promise<ResealOutcome> {
  const statements = prepareStatements(core.store);
  const outcome: ResealOutcome = { moved: 0, unreadable: [] };
  let after = '';
  while (!isStopped()) {
    const oldKey = core.ring.find(from);
    const newKey = core.ring.active;
    if (!oldKey || !newKey) throw lockedError();
    const before = outcome.moved;
    const last = core.store.transaction(() => moveBatch(statements, oldKey, newKey, after, outcome));
    if (last === null) return outcome;
    after = last;
    onBatch(outcome.moved - before);
    await nextTurn();
  }
  return outcome;
}

function prepareStatements({ sqlite }: Store) {
  return {
    page: sqlite.prepare(
      'SELECT id, kind, sealed FROM secrets WHERE key_fingerprint = ? AND id > ? ORDER BY id LIMIT ?',
    ),
    update: sqlite.prepare('UPDATE secrets SET sealed = ? WHERE id = ? AND key_fingerprint = ?'),
    countSeals: sqlite.prepare('UPDATE keys SET seal_count = seal_count + ? WHERE fingerprint = ?'),
  };
}

/** One transaction's worth. Returns the last id looked at, or null when none was left. */
function moveBatch(
  statements: ReturnType<typeof prepareStatements>,
  oldKey: MasterKey,
  newKey: MasterKey,
  after: string,
  outcome: ResealOutcome,
): string | null {
  const until = performance.now() + BATCH_MS;
  let last: string | null = null;
  let sealed = 0;
  do {
    const rows = statements.page.all(oldKey.fingerprint, last ?? after, PAGE_ROWS) as Row[];
    if (rows.length === 0) break;
    for (const row of rows) {
      const plaintext = openValue(oldKey, row, row.sealed);
      if (plaintext === null) {
        outcome.unreadable.push(row.id);
        continue;
      }
      const changed = statements.update.run(
        sealValue(newKey, row, plaintext),
        row.id,
        oldKey.fingerprint,
      ).changes;
      plaintext.fill(0);
      if (changed !== 1) throw new AppError('internal_error', 'A value changed while it was moved.');
      sealed += 1;
    }
    last = rows.at(-1)?.id ?? null;
  } while (performance.now() < until);
  statements.countSeals.run(sealed, newKey.fingerprint);
  outcome.moved += sealed;
  return last;
}

/** The running job of an instance, or none. Several callers may wait for the same run. */
export interface RotationJob {
  /**
   * Runs sealing to its end, or joins the run under way. Resolves with the finished rotation, or with the unfinished one
   * after a stop.
   *
   * @param onProgress told after each batch how many values of how many were moved in this run.
   */
  run(onProgress?: (moved: number, total: number) => void): Promise<RotationRecord>;
  /** Values moved and speed of the run under way; null when none is. */
  speed(): { perSecond: number } | null;
  /** Stops between two batches; the next start resumes. */
  stop(): Promise<void>;
}

export function createRotationJob(core: VaultCore): RotationJob {
  let running: Promise<RotationRecord> | null = null;
  let stopped = false;
  let moved = 0;
  let startedAtMs = 0;

  async function seal(onProgress: (moved: number, total: number) => void): Promise<RotationRecord> {
    const rotation = getRotationIn(core.store, 'sealing');
    if (core.ring.active?.fingerprint !== rotation.newFingerprint) throw lockedError();
    await promoteInCustody(core, rotation);
    moved = 0;
    startedAtMs = performance.now();
    const count = (batch: number) => {
      moved += batch;
      onProgress(moved, rotation.total);
      core.emit('rotation');
    };
    const { unreadable } = await resealAll(core, rotation.oldFingerprint, count, () => stopped);
    if (stopped) return rotation;
    if (unreadable.length > 0) {
      throw new AppError(
        'rotation_not_possible',
        `${unreadable.length} values cannot be decrypted with the old key and stay encrypted with it.`,
        {
          details: { unreadable: unreadable.slice(0, 100) },
        },
      );
    }
    return finish(core, rotation);
  }

  return {
    run(onProgress = () => {}) {
      running ??= seal(onProgress).finally(() => {
        running = null;
        core.emit('rotation');
      });
      return running;
    },
    speed() {
      if (!running || moved === 0) return null;
      return { perSecond: (moved * 1000) / Math.max(1, performance.now() - startedAtMs) };
    },
    async stop() {
      stopped = true;
      await running?.catch(() => undefined);
    },
  };
}

/** The new key goes under the plain name where the custody has one; the old one stays beside it. */
async function promoteInCustody(core: VaultCore, rotation: RotationRecord): Promise<void> {
  if (core.custody.writable) await core.custody.promote(rotation.newFingerprint);
}

/**
 * Sealing → done. SECURITY: inside the transaction that retires the old key, no row may name it and no kind may
 * have fewer rows than expected.
 */
function finish(core: VaultCore, rotation: RotationRecord): RotationRecord {
  const now = core.clock.now();
  const done: RotationRecord = { ...rotation, state: 'done', finishedAt: now };
  core.store.transaction(() => {
    const expected = findOpenRotation(core.store)?.countsBefore ?? {};
    const counts: Partial<Record<string, number>> = countValuesByKind(core.store);
    for (const [kind, count] of Object.entries(expected)) {
      if ((counts[kind] ?? 0) < count) {
        throw new AppError(
          'internal_error',
          `Fewer values of kind ${kind} than before the rotation; the old key stays in use.`,
        );
      }
    }
    if (countSecretsUnder(core.store, rotation.oldFingerprint) > 0) {
      throw new AppError('internal_error', 'A value still names the old key.');
    }
    const { sqlite } = core.store;
    sqlite
      .prepare("UPDATE keys SET state = 'retired', retired_at = ? WHERE fingerprint = ?")
      .run(now, rotation.oldFingerprint);
    sqlite.prepare("UPDATE rotations SET state = 'done', finished_at = ? WHERE id = ?").run(now, rotation.id);
    core.audit.append(vaultOperations.KEY_ROTATION_FINISHED, null, {
      from: rotation.oldFingerprint,
      to: rotation.newFingerprint,
      total: rotation.total,
    });
  });
  return done;
}
