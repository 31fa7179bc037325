import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Caller } from '../../access/caller.ts';
import { type KeyRecord, listKeyRecords, listLostKeys } from '../key/key-record.ts';
import { describeKnownBackups } from '../key/known-backups.ts';
import { vaultOperations } from '../operations.ts';
import type { Fingerprint } from '../sealing/master-key.ts';
import type { SecretText } from '../secret-text.ts';
import { findOwners } from '../secrets/doctor.ts';
import { countLost, sumCounts } from '../secrets/secret-counts.ts';
import { type RecoveryGroup, recoveryGroupNames } from '../secrets/secret-kinds.ts';
import type { SecretId, SecretOwner } from '../vault.ts';
import type { VaultCore } from '../vault-core.ts';
import type { SecretKind } from '../vocabulary.ts';

/** Rows looked at in one transaction: a few milliseconds. */
const VERSIONS_AT_ONCE = 100;

export interface LostValue {
  id: SecretId;
  kind: SecretKind;
  owner: SecretOwner | null;
  /** Epoch ms of the value's last change. */
  since: number;
  lastUsedAt: number | null;
  canReenter: boolean;
  canRegenerate: boolean;
}

export interface RecoveryList {
  /** How many lost secrets need a new value, or got one. What was deleted needs none. */
  total: number;
  /** Those that still need one: neither earlier versions nor what the instance creates again by itself. */
  remaining: number;
  /** Those that got one since the key was given up: entered, created again, set on their page, or recovered. */
  replaced: number;
  /** Values that secrets had before and that only a lost key can decrypt. They need no replacing. */
  versions: number;
  /** When the newest of the lost keys was given up; null when none is lost. */
  startedAt: number | null;
  /** Newest first. */
  lostKeys: { fingerprint: Fingerprint; epoch: number; backupsSaid: string }[];
  /** Lost secrets, without earlier versions of them. */
  groups: { group: RecoveryGroup; values: LostValue[] }[];
}

/** What a lost key encrypts: secrets that were not re-entered, created again or rescued. Readable while locked. */
export function listLostValues(core: VaultCore): RecoveryList {
  const rows = core.store.sqlite
    .prepare(
      `SELECT id, kind, updated_at AS since, last_used_at AS lastUsedAt FROM secrets
       WHERE key_fingerprint IN (SELECT fingerprint FROM keys WHERE state = 'lost') ORDER BY id`,
    )
    .all() as { id: string; kind: SecretKind; since: number; lastUsedAt: number | null }[];
  const lost = listKeyRecords(core.store).filter((record) => record.state === 'lost');
  const owners = findOwners(rows, core.secrets.keepers);
  const now = rows.filter(({ id }) => owners.get(id)?.isEarlier !== true);
  const remaining = now.filter(({ kind }) => !core.secrets.factsOf(kind).isReplaceable).length;
  const replaced = countReplaced(core, lost);
  const values = now.map((row) => ({
    ...row,
    owner: owners.get(row.id) ?? null,
    canReenter: core.secrets.factsOf(row.kind).isTyped,
    canRegenerate: findRegenerate(core, row.kind) !== null,
  }));
  const groups = recoveryGroupNames
    .map((group) => ({
      group,
      values: values.filter(({ kind }) => core.secrets.factsOf(kind).recoveryGroup === group),
    }))
    .filter(({ values: some }) => some.length > 0);
  return {
    total: remaining + replaced,
    remaining,
    replaced,
    versions: rows.length - now.length,
    startedAt: lost[0]?.retiredAt ?? null,
    lostKeys: lost.map(({ fingerprint, epoch }) => ({
      fingerprint,
      epoch,
      backupsSaid: describeKnownBackups(core.findBackupsOf(fingerprint)),
    })),
    groups,
  };
}

/**
 * How many secrets have a value again that was lost with these keys. Every value there was then was encrypted with one of
 * them, so what is older than the loss and encrypted with another key now was replaced.
 */
function countReplaced(core: VaultCore, [newest, ...others]: readonly KeyRecord[]): number {
  if (!newest) return 0;
  const lostAt = newest.retiredAt ?? 0;
  const lostKeys = [newest, ...others].map(({ fingerprint }) => fingerprint);
  const { keepers } = core.secrets;
  const counted = keepers.filter(({ isReplaceable, versions }) => isReplaceable || versions);
  const withOneValue = core.store.sqlite
    .prepare(
      `SELECT count(*) FROM secrets WHERE created_at <= @lostAt AND kind NOT IN (SELECT value FROM json_each(@counted))
         AND key_fingerprint NOT IN (SELECT value FROM json_each(@lostKeys))`,
    )
    .pluck()
    .get({
      lostAt,
      counted: JSON.stringify(counted.map(({ kind }) => kind)),
      lostKeys: JSON.stringify(lostKeys),
    }) as number;
  return keepers.reduce(
    (sum, { versions }) => sum + (versions?.countReplaced(lostKeys, lostAt) ?? 0),
    withOneValue,
  );
}

/**
 * Deletes lost earlier versions, which no one can enter again and only the lost key can decrypt: a rotation starts only
 * when every value can be read. Returns how many.
 */
export function removeLostVersions(core: VaultCore, actor: Caller | null): Promise<number> {
  return core.exclusively(() => removeVersions(core, actor));
}

async function removeVersions(core: VaultCore, actor: Caller | null): Promise<number> {
  const lost = listLostKeys(core.store);
  const count = sumCounts(countLost(core)).versions;
  if (count > 0) core.audit.append(vaultOperations.LOST_VERSIONS_REMOVED, actor, { count });
  const page = core.store.sqlite
    .prepare(
      `SELECT id FROM secrets WHERE key_fingerprint IN (SELECT value FROM json_each(@lost)) AND id > @after
       ORDER BY id LIMIT ${VERSIONS_AT_ONCE}`,
    )
    .pluck();
  let removed = 0;
  for (let after = ''; ; ) {
    const ids = page.all({ lost: JSON.stringify(lost), after }) as SecretId[];
    const last = ids.at(-1);
    if (last === undefined) break;
    after = last;
    removed += core.store.transaction(() =>
      core.secrets.keepers.reduce((sum, { versions }) => sum + (versions?.removeEarlier(ids) ?? 0), 0),
    );
    await nextTurn();
  }
  core.emit('vault');
  return removed;
}

export function findRegenerate(
  core: VaultCore,
  kind: SecretKind,
): ((id: SecretId) => SecretText | null) | null {
  const keeper = core.secrets.keepers.find((known) => known.regenerate && known.kind === kind);
  return keeper?.regenerate?.bind(keeper) ?? null;
}
