import type { Caller } from '../../access/caller.ts';
import { AppError, hasCode } from '../../kernel/app-error.ts';
import { judgeForCustody, type StrongPassphrase } from '../custody/strong-passphrase.ts';
import {
  countSecretsUnder,
  countValuesByKind,
  insertActiveRecord,
  listKeyRecords,
} from '../key/key-record.ts';
import { vaultOperations } from '../operations.ts';
import { type Fingerprint, MasterKey } from '../sealing/master-key.ts';
import type { SecretText } from '../secret-text.ts';
import { type DoctorReport, runDoctor } from '../secrets/doctor.ts';
import { countLost, type SecretCount, sumCounts } from '../secrets/secret-counts.ts';
import { lockedError } from '../secrets/secret-store.ts';
import { getActiveKey, getActiveRecord, type VaultCore } from '../vault-core.ts';
import { keepBeforeRotation } from './before-rotation.ts';
import { findOpenRotation, getRotationIn, type RotationRecord } from './rotation-record.ts';

/** Values that do not open which a refusal names; the doctor names all. */
const MAX_FAILURES_NAMED = 5;

/**
 * Rotation: staged → proven → sealing → done, or undone before anything was sealed under the new key. This
 * file holds the steps; moving the values is reseal-job.ts. Every step is one transaction, and what lies
 * between two of them is safe to be killed in:
 *
 * | killed after | the next start finds |
 * | --- | --- |
 * | row `staged` written, key not yet in custody | staged, new key not held: it can only be undone |
 * | key in custody | staged: continue or undo |
 * | `proven` | proven: continue or undo |
 * | `sealing` committed, custody not yet promoted | both keys in custody: resumes |
 * | a batch | the rest still names the old key: resumes |
 * | `done` | done; the old key stays until it is shredded |
 */

/**
 * Makes the new key and puts it in custody beside the old. With a read-only custody the new key is the one key
 * found there that no record names: the user adds it to the mount first.
 *
 * Throws `vault_locked`, `rotation_in_progress`, `rotation_not_possible` (a row does not open: named in
 * details), `passphrase_weak`, `passphrase_wrong` (of passphrase custody) and what saving into the custody throws.
 */
export function stageRotation(
  core: VaultCore,
  actor: Caller | null,
  options: { passphrase?: SecretText } = {},
): Promise<RotationRecord> {
  return core.exclusively(() => stage(core, actor, options));
}

async function stage(
  core: VaultCore,
  actor: Caller | null,
  options: { passphrase?: SecretText },
): Promise<RotationRecord> {
  core.store.requireWritable();
  const old = getActiveKey(core);
  requireNoRotation(core);
  await requireHealthy(core);
  const saving = await judgePresent(core, old, options.passphrase);
  const found = core.custody.writable ? MasterKey.generate() : await findUnusedKey(core);
  core.store.transaction(() => {
    requireNoRotation(core);
    core.store.sqlite
      .prepare(
        "INSERT INTO rotations (state, old_fingerprint, new_fingerprint, started_at) VALUES ('staged', ?, ?, ?)",
      )
      .run(old.fingerprint, found.fingerprint, core.clock.now());
    core.audit.append(vaultOperations.KEY_ROTATION_STAGED, actor, {
      from: old.fingerprint,
      to: found.fingerprint,
    });
  });
  try {
    if (core.custody.writable) await core.custody.save(found, saving);
  } catch (error) {
    await undo(core, actor);
    throw error;
  }
  // Locked meanwhile: the key waits in custody.
  if (core.ring.active) core.ring.hold(found);
  core.emit('rotation');
  return getRotationIn(core.store, 'staged');
}

/** Staged → proven, because a copy of the new key was verified. */
export function proveRotation(core: VaultCore): RotationRecord {
  return core.store.transaction(() => markProven(core, false));
}

/** Staged → proven without a copy: only by typing the new key's fingerprint. Throws `copy_not_proven`. */
export function proveWithoutCopy(
  core: VaultCore,
  actor: Caller | null,
  typed: Fingerprint | null,
): RotationRecord {
  const rotation = getRotationIn(core.store, 'staged');
  if (typed !== rotation.newFingerprint) {
    throw new AppError(
      'copy_not_proven',
      'This is not the fingerprint of the new key. Verify a copy of it, or type its fingerprint.',
    );
  }
  return core.store.transaction(() => {
    const proven = markProven(core, true);
    core.audit.append(vaultOperations.KEY_ROTATION_WITHOUT_COPY, actor);
    return proven;
  });
}

function markProven(core: VaultCore, withoutCopy: boolean): RotationRecord {
  const rotation = getRotationIn(core.store, 'staged');
  core.store.sqlite
    .prepare(
      "UPDATE rotations SET state = 'proven', proven_at = ?, without_copy = ? WHERE id = ? AND state = 'staged'",
    )
    .run(core.clock.now(), withoutCopy ? 1 : 0, rotation.id);
  core.emit('rotation');
  return getRotationIn(core.store, 'proven');
}

/**
 * Proven → sealing, in one transaction: the old key becomes `retiring`, the new one `active`; from here every
 * new seal uses the new key. Before it, the new key is read from custody once more, and the database as it is is kept.
 *
 * Throws `vault_locked`, `copy_not_proven` (still staged), `rotation_not_possible`.
 */
export function beginSealing(core: VaultCore, actor: Caller | null): Promise<RotationRecord> {
  return core.exclusively(() => seal(core, actor));
}

async function seal(core: VaultCore, actor: Caller | null): Promise<RotationRecord> {
  const open = getRotationIn(core.store, 'staged', 'proven');
  if (open.state === 'staged') {
    throw new AppError('copy_not_proven', 'Make a copy of the new key and verify it first.');
  }
  if (getActiveKey(core).fingerprint !== open.oldFingerprint) throw lockedError();
  const key = await requireInCustody(core, open.newFingerprint);
  const snapshot = await keepBeforeRotation(core);
  // Locked meanwhile: nothing is activated behind the owner's back.
  getActiveKey(core);
  const { sqlite } = core.store;
  const now = core.clock.now();
  core.store.transaction(() => {
    getRotationIn(core.store, 'proven');
    sqlite
      .prepare("UPDATE keys SET state = 'retiring' WHERE fingerprint = ? AND state = 'active'")
      .run(open.oldFingerprint);
    insertActiveRecord(core.store, key, core.custody.name, open.startedAt, now);
    const total = countSecretsUnder(core.store, open.oldFingerprint);
    sqlite
      .prepare(
        "UPDATE rotations SET state = 'sealing', sealing_at = ?, total = ?, counts_before = ? WHERE id = ?",
      )
      .run(now, total, JSON.stringify(countValuesByKind(core.store)), open.id);
    core.audit.append(vaultOperations.KEY_ROTATION_SEALING, actor, { total, snapshot });
  });
  core.ring.hold(key);
  core.ring.activate(key.fingerprint);
  core.emit('rotation');
  core.emit('vault');
  return getRotationIn(core.store, 'sealing');
}

/**
 * Takes a rotation back before anything is sealed under the new key: removes the key from custody. Throws
 * `rotation_not_possible` once sealing began.
 */
export function undoRotation(core: VaultCore, actor: Caller | null): Promise<void> {
  return core.exclusively(() => undo(core, actor));
}

/** The row first, then the key: a kill in between leaves a key that nothing was ever sealed under. */
async function undo(core: VaultCore, actor: Caller | null): Promise<void> {
  const open = getRotationIn(core.store, 'staged', 'proven');
  core.store.transaction(() => {
    // SECURITY: a key is never removed while a ciphertext may need it, whatever the row says.
    if (countSecretsUnder(core.store, open.newFingerprint) > 0) {
      throw new AppError('rotation_not_possible', 'A value is already encrypted with the new key.');
    }
    core.store.sqlite
      .prepare("UPDATE rotations SET state = 'undone', finished_at = ? WHERE id = ?")
      .run(core.clock.now(), getRotationIn(core.store, 'staged', 'proven').id);
    core.store.sqlite.prepare('DELETE FROM key_copies WHERE fingerprint = ?').run(open.newFingerprint);
    core.audit.append(vaultOperations.KEY_ROTATION_UNDONE, actor);
  });
  if (core.custody.writable) await core.custody.remove(open.newFingerprint);
  core.ring.drop(open.newFingerprint);
  core.forgetDroppedKeys();
  core.emit('rotation');
}

/**
 * In passphrase custody both keys lie under one passphrase: after a kill in the middle, one typing must open both,
 * or the values under the old key stay shut.
 */
async function judgePresent(
  core: VaultCore,
  old: MasterKey,
  passphrase?: SecretText,
): Promise<{ passphrase?: StrongPassphrase }> {
  if (core.custody.name !== 'passphrase' || !passphrase) return {};
  const finding = await core.custody.find({ passphrase });
  if (finding.outcome !== 'found' || !finding.keys.some((key) => key.fingerprint === old.fingerprint))
    throw new AppError(
      'passphrase_wrong',
      'This is not the passphrase of the current key: both keys need the same passphrase.',
    );
  try {
    return await judgeForCustody(core.custody, passphrase, core.listNames());
  } catch (error) {
    if (!hasCode(error, 'passphrase_weak')) throw error;
    throw new AppError(
      'passphrase_weak',
      'The passphrase of this key is easy to guess, so a new key cannot use it. Move the key to the keychain or a file and back with a stronger passphrase (key move), then rotate.',
    );
  }
}

function requireNoRotation(core: VaultCore): void {
  const open = findOpenRotation(core.store);
  if (open) {
    throw new AppError('rotation_in_progress', `A rotation is in progress (${open.state}).`, {
      details: { state: open.state },
    });
  }
}

async function requireHealthy(core: VaultCore): Promise<void> {
  const lost = sumCounts(countLost(core));
  const report = await runDoctor(core);
  if (core.ring.active === null) throw lockedError();
  // What is not there has no key to move it from.
  const unreadable = report.failed - report.missingRows.size;
  if (unreadable > 0) {
    throw new AppError(
      'rotation_not_possible',
      `${unreadable} of ${report.total} values cannot be read${describeLost(lost)}: ${nameFailures(report)}. Set each again, which also removes damaged versions from its history, or delete it; rotation starts when all can be read.`,
      {
        details: {
          unreadable: report.failures
            .filter(({ reason }) => reason !== 'row_missing')
            .map(({ id, kind, reason, owner }) => ({ id, kind, reason, title: owner?.title ?? null })),
        },
      },
    );
  }
}

function describeLost({ secrets, versions }: SecretCount): string {
  const ways = [
    ...(secrets > 0 ? [`${countOf(secrets, 'secret')} on the recovery list, which must be replaced`] : []),
    ...(versions > 0 ? [`${countOf(versions, 'earlier version')}, which can be removed there`] : []),
  ];
  return ways.length === 0 ? '' : ` (with a lost key: ${ways.join('; ')})`;
}

const countOf = (count: number, one: string) => `${count} ${one}${count === 1 ? '' : 's'}`;

function nameFailures({ failures, failed }: DoctorReport): string {
  const named = failures
    .slice(0, MAX_FAILURES_NAMED)
    .map(({ id, kind, owner }) => owner?.title ?? `${kind} ${id}, not used by anything`);
  const more = failed - named.length;
  return `${named.join('; ')}${more > 0 ? `; and ${more} more, which the doctor lists` : ''}`;
}

/** The new key, as the custody holds it now. Throws `rotation_not_possible` when it is not there. */
async function requireInCustody(core: VaultCore, fingerprint: Fingerprint): Promise<MasterKey> {
  // Passphrase custody was verified when it saved the key, and would ask for the passphrase again here.
  const held = core.ring.find(fingerprint);
  if (core.custody.name === 'passphrase' && held) return held;
  const finding = await core.custody.find();
  const key =
    finding.outcome === 'found' ? finding.keys.find((found) => found.fingerprint === fingerprint) : undefined;
  if (!key) {
    throw new AppError(
      'rotation_not_possible',
      `The new key is not at ${core.custody.describe()} (${finding.outcome}). Undo the rotation and start it again.`,
    );
  }
  return key;
}

async function findUnusedKey(core: VaultCore): Promise<MasterKey> {
  const finding = await core.custody.find();
  const known = new Set(listKeyRecords(core.store).map((record) => record.fingerprint));
  const unused = finding.outcome === 'found' ? finding.keys.filter((key) => !known.has(key.fingerprint)) : [];
  const [key] = unused;
  if (!key || unused.length > 1) {
    throw new AppError(
      'rotation_not_possible',
      `${core.custody.describe()} is read-only for Temps: add one new key (openssl rand -hex 32) as a second line there, keep ${getActiveRecord(core).fingerprint} on the first, then rotate.`,
    );
  }
  return key;
}
