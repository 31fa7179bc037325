import type { Caller } from '../../access/caller.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { KeyCustody } from '../custody/custody.ts';
import { sweepPartialKeys } from '../custody/partial-files.ts';
import { vaultOperations } from '../operations.ts';
import { findOpenRotation } from '../rotation/rotation-record.ts';
import type { Fingerprint } from '../sealing/master-key.ts';
import { getKeyRecord, openCustody, type VaultCore } from '../vault-core.ts';
import { countSecretsUnder, type KeyRecord, listKeyRecords } from './key-record.ts';
import { describeKnownBackups, formatDay, type KnownBackups, NO_BACKUPS } from './known-backups.ts';

export interface KeyEpoch extends KeyRecord {
  /** Whether this process holds the key now. */
  held: boolean;
  /** How many values name this key. */
  values: number;
  /** Number of known copies and splits of it, verified or not. */
  copies: number;
  /** Known backups made under it. */
  backups: number;
  newestBackupAt: number | null;
  /** Names of former databases on this disk that hold values of it. */
  formerDatabases: string[];
  backupsSaid: string;
  /** What is lost if it is shredded, in words. */
  ifShredded: string;
}

/** Every key this instance has or had, newest first. */
export function listEpochs(core: VaultCore): KeyEpoch[] {
  const countCopies = core.store.sqlite.prepare(
    `SELECT (SELECT count(*) FROM key_copies WHERE fingerprint = @fingerprint AND finished = 1)
          + (SELECT count(*) FROM key_splits WHERE fingerprint = @fingerprint) AS copies,
            (SELECT count(verified_at) FROM key_copies WHERE fingerprint = @fingerprint)
          + (SELECT count(*) FROM key_splits WHERE fingerprint = @fingerprint AND NOT EXISTS (
               SELECT 1 FROM key_shares WHERE split_id = key_splits.id AND verified_at IS NULL)) AS verified`,
  );
  return listKeyRecords(core.store).map((record) => {
    const { copies, verified } = countCopies.get({ fingerprint: record.fingerprint }) as {
      copies: number;
      verified: number;
    };
    const backups = core.findBackupsOf(record.fingerprint);
    return {
      ...record,
      held: core.ring.has(record.fingerprint),
      values: countSecretsUnder(core.store, record.fingerprint),
      copies,
      backups: backups.count,
      newestBackupAt: backups.newestAt,
      formerDatabases: backups.former.map(({ name }) => name),
      backupsSaid: describeKnownBackups(backups),
      ifShredded: describeShredding(record, copies, verified, backups),
    };
  });
}

/** Which backups and former databases only this key decrypts, and whether anything would be left that does. */
export function describeShredding(
  { epoch, activatedAt, retiredAt }: Pick<KeyRecord, 'epoch' | 'activatedAt' | 'retiredAt'>,
  copies: number,
  verified: number,
  known: KnownBackups = NO_BACKUPS,
): string {
  const until = retiredAt === null ? 'now' : formatDay(retiredAt);
  const backups = `Secrets in backups of the database made from ${formatDay(activatedAt)} to ${until} can only be decrypted with key version ${epoch}. ${describeKnownBackups(known)}`;
  if (copies === 0)
    return `${backups} No copy of it is listed: without one, the secrets in those backups are lost for good.`;
  if (verified === 0)
    return `${backups} ${copies === 1 ? 'The one copy of it was' : `Its ${copies} copies were`} never verified: verify one first, or those secrets may be lost for good.`;
  return `${backups} Afterwards only its copies can: ${verified === 1 ? '1 is' : `${verified} are`} verified. Keep one for as long as you keep those backups.`;
}

/**
 * Removes a retired key from custody for good. Throws `key_in_use` for a key that is active, retiring or still
 * named by a value, `invalid_request` unless the fingerprint was typed, `custody_read_only` for one on a mount.
 */
export function shredKey(
  core: VaultCore,
  actor: Caller | null,
  fingerprint: Fingerprint,
  typed: Fingerprint | null,
): Promise<void> {
  return core.exclusively(() => shred(core, actor, fingerprint, typed));
}

async function shred(
  core: VaultCore,
  actor: Caller | null,
  fingerprint: Fingerprint,
  typed: Fingerprint | null,
): Promise<void> {
  // SECURITY: the key goes first, and its record after it: not where that cannot be written.
  core.store.requireWritable();
  const record = getKeyRecord(core, fingerprint);
  if (typed !== fingerprint) {
    throw new AppError('invalid_request', 'Type the fingerprint of the key to shred.', {
      fields: { confirm: 'does not match' },
    });
  }
  const open = findOpenRotation(core.store);
  const involved = open && [open.oldFingerprint, open.newFingerprint].includes(fingerprint);
  if (
    !['retired', 'lost'].includes(record.state) ||
    involved ||
    countSecretsUnder(core.store, fingerprint) > 0
  ) {
    throw new AppError(
      'key_in_use',
      'This key is still needed: only a retired key that encrypts no value can be shredded.',
    );
  }
  await removeFrom(openCustody(core, record.custody), fingerprint);
  // A move that was cut short may have left it where it was before.
  if (record.leavingCustody !== null) await openCustody(core, record.leavingCustody).remove(fingerprint);
  // So may a kill, in a folder that is not that of the custody in force.
  await sweepPartialKeys(core.dataDir, (partial) => partial.fingerprint === fingerprint);
  core.ring.drop(fingerprint);
  core.forgetDroppedKeys();
  core.store.transaction(() => {
    core.store.sqlite
      .prepare('UPDATE keys SET shredded_at = ?, leaving_custody = NULL WHERE fingerprint = ?')
      .run(core.clock.now(), fingerprint);
    core.audit.append(vaultOperations.KEY_SHREDDED, actor, { fingerprint });
  });
  core.emit('vault');
}

/** SECURITY: a key on a mount counts as removed only once the mount was read and lacks it, not because it cannot be read. */
async function removeFrom(custody: KeyCustody, fingerprint: Fingerprint): Promise<void> {
  if (custody.writable) return await custody.remove(fingerprint);
  const finding = await custody.find();
  if (finding.outcome === 'found' && finding.keys.every((key) => key.fingerprint !== fingerprint)) return;
  throw new AppError(
    'custody_read_only',
    finding.outcome === 'found'
      ? `${custody.describe()} is read-only for Temps: remove the key there, then shred it again.`
      : `Whether the key is still at ${custody.describe()} cannot be seen (${finding.outcome}), so it was not recorded as shredded.`,
  );
}
