import { lstat, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Caller } from '../../access/caller.ts';
import { AppError } from '../../kernel/app-error.ts';
import { noteKeychainUse } from '../home/custody-row.ts';
import { findKeyFile } from '../key/found-key.ts';
import { listKeyRecords } from '../key/key-record.ts';
import { vaultOperations } from '../operations.ts';
import { findOpenRotation } from '../rotation/rotation-record.ts';
import type { Fingerprint } from '../sealing/master-key.ts';
import type { SecretText } from '../secret-text.ts';
import { getActiveKey, openCustody, type VaultCore } from '../vault-core.ts';
import type { CustodyName } from '../vocabulary.ts';
import type { KeyCustody } from './custody.ts';
import { judgeForCustody } from './strong-passphrase.ts';

/**
 * Moves every held key to another custody: write new, verify, switch the record, then remove old. A kill
 * before the switch leaves the old custody in force; after it, `leaving_custody` makes the next start finish
 * the removal.
 *
 * Throws `vault_locked`, `conflict` (already there), `rotation_in_progress`, `custody_read_only`, `custody_conflict` (both
 * are one file), and what saving throws. Returns what is left for the user to do, in words.
 */
export function moveCustody(
  core: VaultCore,
  actor: Caller | null,
  to: CustodyName,
  passphrase?: SecretText,
): Promise<string | null> {
  return core.exclusively(() => move(core, actor, to, passphrase));
}

async function move(
  core: VaultCore,
  actor: Caller | null,
  to: CustodyName,
  passphrase?: SecretText,
): Promise<string | null> {
  // SECURITY: keys are moved by files and entries first: not where the record of it cannot be written.
  core.store.requireWritable();
  const active = getActiveKey(core);
  const from = core.custody;
  if (to === from.name) throw new AppError('conflict', `The key is already stored in ${to} custody.`);
  if (findOpenRotation(core.store)) {
    throw new AppError('rotation_in_progress', 'Finish or undo the rotation first.');
  }
  const target = openCustody(core, to);
  if (to === 'file') await requireFree(core, target);
  const isOurOwnFile = (from.name === 'file' || to === 'file') && (await isExternalFileIn(core));
  // SECURITY: removed from the data directory, it would be gone from the mount too.
  if (to === 'external' && isOurOwnFile)
    throw new AppError(
      'custody_conflict',
      `${target.describe()} is itself a file in the data directory, where the key is now: name one that is stored elsewhere. Nothing was changed.`,
    );
  // All of them now: a lock in the middle empties the ring, and would leave keys behind that the record says moved.
  const present = listKeyRecords(core.store)
    .filter((record) => record.custody === from.name)
    .flatMap((record) => core.ring.find(record.fingerprint) ?? []);
  const options = await judgeForCustody(target, passphrase, core.listNames());
  if (target.writable) {
    for (const key of present) await target.save(key, options);
    await target.promote(active.fingerprint);
  }
  const held = await requireHolds(target, active.fingerprint, passphrase);
  // A mount has what its owner put there: an old key that it lacks stays where it is, and can be shredded there.
  const keys = present.filter(({ fingerprint }) => held.includes(fingerprint));

  core.store.transaction(() => {
    noteKeychainUse(core.store, core.dataDir, to);
    const change = core.store.sqlite.prepare(
      'UPDATE keys SET custody = ?, leaving_custody = ? WHERE fingerprint = ?',
    );
    for (const { fingerprint } of keys) change.run(to, from.writable ? from.name : null, fingerprint);
    core.audit.append(vaultOperations.KEY_CUSTODY_MOVED, actor, { from: from.name, to });
  });
  core.custody = target;
  core.custodySeen.missing = null;
  core.inCustody.clear();
  for (const fingerprint of held) core.inCustody.add(fingerprint);
  core.emit('vault');
  if (!from.writable)
    return isOurOwnFile
      ? null
      : `The key is still at ${from.describe()}, which is read only: remove it there.`;
  try {
    await finishCustodyMove(core);
    return describeLeft(from, present.length - keys.length);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return `The key is also still at ${from.describe()} (${error.message}). The next start removes it there.`;
  }
}

function describeLeft(from: KeyCustody, count: number): string | null {
  if (count === 0) return null;
  return `${count === 1 ? 'One old key is' : `${count} old keys are`} not in the new place and stayed in ${from.name} custody: shred what no backup needs any more.`;
}

/** Whether the file that external custody reads is one of the data directory, by whatever path. */
async function isExternalFileIn(core: VaultCore): Promise<boolean> {
  const path = core.env.TEMPS_ENCRYPTION_KEY_FILE;
  const mounted = path ? await stat(path).catch(() => null) : null;
  if (!mounted) return false;
  for (const name of await readdir(core.dataDir)) {
    const own = await lstat(join(core.dataDir, name)).catch(() => null);
    if (own?.ino === mounted.ino && own.dev === mounted.dev) return true;
  }
  return false;
}

/**
 * Removes keys from a custody they have left, once the one in force was seen to hold them. Run after every
 * start that found the key, so that no move is left half done.
 */
export async function finishCustodyMove(core: VaultCore): Promise<void> {
  const leaving = listKeyRecords(core.store).filter((record) => record.leavingCustody !== null);
  for (const record of leaving) {
    // SECURITY: not because the record says so, nor because a copy unlocked: only after the custody in use was seen
    // to hold it.
    if (record.leavingCustody === null || !core.inCustody.has(record.fingerprint)) continue;
    core.store.requireWritable();
    await openCustody(core, record.leavingCustody).remove(record.fingerprint);
    core.store.transaction(() => {
      core.store.sqlite
        .prepare('UPDATE keys SET leaving_custody = NULL WHERE fingerprint = ?')
        .run(record.fingerprint);
    });
  }
}

/**
 * SECURITY: a key file that never belonged to this instance belongs to someone else (for example an upstream
 * server): it is neither moved away nor removed with ours at the next move.
 */
async function requireFree(core: VaultCore, target: KeyCustody): Promise<void> {
  const { found } = await findKeyFile(core.dataDir);
  if (found?.path !== target.describe()) return;
  if (listKeyRecords(core.store).some(({ fingerprint }) => fingerprint === found.fingerprint)) return;
  throw new AppError(
    'custody_conflict',
    `${found.path} holds a key that never belonged to this instance (${found.fingerprint}): move it elsewhere first. Nothing was changed.`,
  );
}

/** SECURITY: nothing is removed from the old custody before the new one answered with the very key. */
async function requireHolds(
  custody: KeyCustody,
  fingerprint: string,
  passphrase?: SecretText,
): Promise<Fingerprint[]> {
  const finding = await custody.find(passphrase ? { passphrase } : undefined);
  const held = finding.outcome === 'found' ? finding.keys.map((key) => key.fingerprint) : [];
  if (held.includes(fingerprint)) return held;
  throw new AppError(
    custody.writable ? 'custody_refused' : 'custody_read_only',
    `${custody.describe()} does not hold the active key (${finding.outcome}). Nothing was changed.`,
  );
}
