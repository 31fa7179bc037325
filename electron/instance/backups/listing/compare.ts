import { endDeletions, removeFiles } from '../backups.ts';
import type { BackupsCore } from '../backups-core.ts';
import { findDestination, type KnownDestination } from '../destinations/destinations.ts';
import { type Manifest, sumStored } from '../format/manifest.ts';
import { takeWriter } from '../making/writer.ts';
import { listHeldKeys } from '../reading/held-keys.ts';
import { noteOtherWriters } from './other-writers.ts';
import { type FoundThere, readDestination } from './read-destination.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Compares the list of backups with what is at a destination, which decides: one that is gone there is marked as gone, one
 * that is back is not, and one that nobody here knew is listed, as not verified. What was begun more than a day ago and has
 * no manifest is removed, and so is what a deletion left that was cut short. Returns the ids of those that are there. Throws
 * what the destination does, and then nothing changed.
 */
export async function compareDestination(
  core: BackupsCore,
  known: KnownDestination,
  signal: AbortSignal,
): Promise<Set<string>> {
  const { store, clock } = core.ctx;
  const before = listIds(core, known);
  const found = await readDestination(core, known, signal);
  const present = new Set([...found.signed.values()].map(({ id }) => id));
  store.transaction(() => {
    // Removed while it was read.
    if (!findDestination(core, known.id)) return;
    const { writerId } = takeWriter(core.ctx);
    noteGone(core, known, found);
    // What was in the list before it was read and is not now was deleted meanwhile.
    for (const [folder, manifest] of found.signed)
      if (!before.has(manifest.id)) list(core, known, folder, manifest);
    noteOtherWriters(core, known, writerId, [...found.signed.values()]);
  });
  await endDeletions(core, known.id, present);
  for (const { folder, begunAt } of found.unfinished)
    if (begunAt < clock.now() - DAY_MS && !isOurs(core, known, folder))
      await removeFiles(core, known.id, folder);
  return present;
}

function listIds({ ctx }: BackupsCore, { id }: KnownDestination): Set<string> {
  const ids = ctx.store.sqlite.prepare('SELECT id FROM backups WHERE destination_id = ?').pluck().all(id);
  return new Set(ids as string[]);
}

/** Those that a run of ours is making, or left behind and still knows, are its own to remove. */
function isOurs({ ctx }: BackupsCore, { id }: KnownDestination, folder: string): boolean {
  return (
    ctx.store.sqlite
      .prepare('SELECT 1 FROM backups WHERE destination_id = ? AND folder = ?')
      .get(id, folder) !== undefined
  );
}

function noteGone(core: BackupsCore, known: KnownDestination, { signed, unusable }: FoundThere): void {
  const { ctx, running } = core;
  const { sqlite } = ctx.store;
  const present = new Set([...signed.values()].map(({ id }) => id));
  const held = new Set(listHeldKeys(core).map(({ fingerprint }) => fingerprint));
  const rows = sqlite
    .prepare(
      // Not those that a run of ours left, or a deletion: it removes them itself.
      `SELECT id, folder, gone_at AS goneAt, key_fingerprint AS fingerprint FROM backups
       WHERE destination_id = ? AND folder IS NOT NULL
       AND (state = 'confirmed' OR (state = 'stored' AND error_code IS NULL))`,
    )
    .all(known.id) as { id: string; folder: string; goneAt: number | null; fingerprint: string }[];
  const note = sqlite.prepare('UPDATE backups SET gone_at = ? WHERE id = ?');
  for (const { id, folder, goneAt, fingerprint } of rows) {
    if (running.has(id)) continue;
    // A manifest is there, and the key that would vouch for it is not in memory: nothing is known of it.
    if (unusable.includes(folder) && !held.has(fingerprint)) continue;
    const isThere = present.has(id);
    if (isThere && goneAt !== null) note.run(null, id);
    if (!isThere && goneAt === null) note.run(ctx.clock.now(), id);
  }
}

/** SECURITY: what was found is not what was verified: it counts for nothing until it is drilled. */
function list({ ctx }: BackupsCore, known: KnownDestination, folder: string, manifest: Manifest): void {
  const { id, writerId, sequence, why, takenAt, keyFingerprint } = manifest;
  ctx.store.sqlite
    .prepare(
      `INSERT OR IGNORE INTO backups
       (id, destination_id, writer_id, folder, sequence, why, taken_at, state, size_bytes, key_fingerprint)
       VALUES (?, ?, ?, ?, ?, ?, ?, 'stored', ?, ?)`,
    )
    .run(id, known.id, writerId, folder, sequence, why, takenAt, sumStored(manifest), keyFingerprint);
}
