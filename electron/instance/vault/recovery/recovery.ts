import type { Caller } from '../../access/caller.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { ReadKey } from '../copies/key-copy.ts';
import { judgeForCustody } from '../custody/strong-passphrase.ts';
import { noteKeychainUse } from '../home/custody-row.ts';
import { requireNotRelocated } from '../home/relocated.ts';
import {
  countSecretsUnder,
  findActiveRecord,
  insertActiveRecord,
  listKeyRecords,
  opensCheckValue,
} from '../key/key-record.ts';
import { chooseKey } from '../key/unlock.ts';
import { vaultOperations } from '../operations.ts';
import { resealAll } from '../rotation/reseal-job.ts';
import { findOpenRotation } from '../rotation/rotation-record.ts';
import { MasterKey } from '../sealing/master-key.ts';
import type { SecretText } from '../secret-text.ts';
import type { SecretId } from '../vault.ts';
import { openCustody, takeUp, type VaultCore } from '../vault-core.ts';
import type { CustodyName, SecretKind } from '../vocabulary.ts';
import { findRegenerate } from './lost-values.ts';

export interface StartOverOptions {
  typedName: string;
  custody?: CustodyName;
  passphrase?: SecretText;
}

/**
 * Gives up the lost key and starts with a new one; every old ciphertext stays, for the recovery list and a later
 * rescue. Only from a locked vault, and only by typing the instance's name.
 *
 * Order: the new key is stored and verified first, then recorded in one transaction. A kill in between leaves
 * the instance locked with an unused key in custody.
 *
 * Throws `conflict` (not locked, nothing was ever sealed, or the key is where it belongs), `invalid_request`
 * (name), and what saving throws.
 */
export function startOver(core: VaultCore, actor: Caller | null, options: StartOverOptions): Promise<void> {
  return core.exclusively(() => replaceLostKey(core, actor, options));
}

async function replaceLostKey(
  core: VaultCore,
  actor: Caller | null,
  options: StartOverOptions,
): Promise<void> {
  if (core.ring.active)
    throw new AppError('conflict', 'The vault is unlocked: there is nothing to start over.');
  if (options.typedName !== core.store.identity.name) {
    throw new AppError('invalid_request', 'Type the name of this instance to start over.', {
      fields: { instance_name: 'does not match' },
    });
  }
  const records = listKeyRecords(core.store);
  if (records.length === 0)
    throw new AppError('conflict', 'This instance never had a key: there is nothing to start over.');

  core.store.requireWritable();
  requireNotRelocated(core);
  await requireNotThere(core);
  const custody = options.custody ? openCustody(core, options.custody) : core.custody;
  const saving = await judgeForCustody(custody, options.passphrase, core.listNames());
  const key = MasterKey.generate();
  await custody.save(key, saving);
  const now = core.clock.now();
  core.store.transaction(() => {
    const { sqlite } = core.store;
    const lose = sqlite.prepare(
      "UPDATE keys SET state = 'lost', retired_at = ?, leaving_custody = NULL WHERE fingerprint = ?",
    );
    for (const record of records) {
      // A retiring key may be the one that still opens most values: it is lost with the active one.
      if (record.state === 'active' || record.state === 'retiring') lose.run(now, record.fingerprint);
    }
    sqlite
      .prepare(
        "UPDATE rotations SET state = 'undone', finished_at = ? WHERE state IN ('staged', 'proven', 'sealing')",
      )
      .run(now);
    noteKeychainUse(core.store, core.dataDir, custody.name);
    insertActiveRecord(core.store, key, custody.name, now, now);
    core.audit.append(vaultOperations.KEY_STARTED_OVER, actor);
  });
  core.custody = custody;
  core.custodySeen.missing = null;
  core.inCustody.clear();
  core.inCustody.add(key.fingerprint);
  takeUp(core, key, []);
  await custody.promote(key.fingerprint);
}

/** SECURITY: a key that only has to be read again is not lost. */
async function requireNotThere(core: VaultCore): Promise<void> {
  const active = findActiveRecord(core.store);
  if (!active) return;
  const keys = await core.custody.find().then(
    (finding) => (finding.outcome === 'found' ? finding.keys : []),
    (error: unknown) => {
      // A file that is no key holds none.
      if (error instanceof AppError) return [];
      throw error;
    },
  );
  if (keys.some((key) => key.fingerprint === active.fingerprint && opensCheckValue(active, key))) {
    throw new AppError('conflict', `The key is available at ${core.custody.describe()}: unlock with it.`);
  }
}

/** Seals a re-entered value in place of the lost one. Throws `not_found`, `invalid_request`, `vault_locked`. */
export function reenterLostValue(
  core: VaultCore,
  actor: Caller | null,
  id: SecretId,
  value: SecretText,
): void {
  const lost = getLostValue(core, id);
  if (!core.secrets.factsOf(lost.kind).isTyped) {
    throw new AppError('invalid_request', 'This value is created by Temps, not typed.');
  }
  core.store.transaction(() => {
    core.secrets.reseal(id, value);
    for (const keeper of core.secrets.keepers)
      if (keeper.kind === lost.kind) keeper.noteReentered?.(id, value);
    core.audit.append(vaultOperations.SECRET_REENTERED, actor, { id });
  });
  core.emit('vault');
}

/** Makes a new value where that is possible; returns what must be shown once, or null. */
export function regenerateLostValue(core: VaultCore, actor: Caller | null, id: SecretId): SecretText | null {
  const lost = getLostValue(core, id);
  const regenerate = findRegenerate(core, lost.kind);
  if (!regenerate)
    throw new AppError('invalid_request', 'Temps cannot create a new value for this one: enter it.');
  const shown = core.store.transaction(() => {
    core.audit.append(vaultOperations.SECRET_REGENERATED, actor, { id });
    return regenerate(id);
  });
  core.emit('vault');
  return shown;
}

export interface RescueOutcome {
  rescued: number;
  unreadable: string[];
}

/**
 * A copy of lost keys was found: seals under the active key what was not re-entered meanwhile. Throws `vault_locked`,
 * `copy_of_other_instance` (no key of this instance in it), `conflict` (no lost key).
 *
 * @param keys all that is in the copy, at least one.
 */
export function rescueWithCopy(
  core: VaultCore,
  actor: Caller | null,
  keys: readonly ReadKey[],
): Promise<RescueOutcome> {
  return core.exclusively(async () => {
    const outcome: RescueOutcome = { rescued: 0, unreadable: [] };
    for (const key of chooseLost(core, keys)) {
      const { rescued, unreadable } = await rescue(core, actor, key);
      outcome.rescued += rescued;
      outcome.unreadable.push(...unreadable);
    }
    return outcome;
  });
}

/** The lost ones; where there are none, the one to be told about. */
function chooseLost(core: VaultCore, keys: readonly ReadKey[]): MasterKey[] {
  const records = listKeyRecords(core.store);
  const isLost = ({ fingerprint }: MasterKey) =>
    records.some((record) => record.state === 'lost' && record.fingerprint === fingerprint);
  const lost = keys.map(({ key }) => key).filter(isLost);
  if (lost.length > 0) return lost;
  return [
    chooseKey(
      keys,
      records.map(({ fingerprint }) => fingerprint),
    ).key,
  ];
}

async function rescue(core: VaultCore, actor: Caller | null, key: MasterKey): Promise<RescueOutcome> {
  const record = listKeyRecords(core.store).find((known) => known.fingerprint === key.fingerprint);
  if (!record)
    throw new AppError('copy_of_other_instance', `${key.fingerprint} never belonged to this instance.`);
  if (record.state === 'active') throw new AppError('conflict', 'This is the active key: unlock with it.');
  if (record.state === 'retiring' || findOpenRotation(core.store)) {
    throw new AppError('rotation_in_progress', 'A rotation is in progress and uses this key itself.');
  }
  core.ring.hold(key);
  try {
    const { moved, unreadable } = await resealAll(core, key.fingerprint);
    core.store.transaction(() => {
      if (countSecretsUnder(core.store, key.fingerprint) === 0)
        core.store.sqlite
          .prepare("UPDATE keys SET state = 'retired' WHERE fingerprint = ? AND state = 'lost'")
          .run(key.fingerprint);
      core.audit.append(vaultOperations.SECRETS_RESCUED, actor, {
        fingerprint: key.fingerprint,
        rescued: moved,
      });
    });
    return { rescued: moved, unreadable };
  } finally {
    core.ring.drop(key.fingerprint);
    core.forgetDroppedKeys();
    core.emit('vault');
  }
}

function getLostValue(core: VaultCore, id: SecretId): { kind: SecretKind } {
  const row = core.store.sqlite
    .prepare(
      `SELECT kind FROM secrets WHERE id = ?
       AND key_fingerprint IN (SELECT fingerprint FROM keys WHERE state = 'lost')`,
    )
    .get(id);
  if (!row) throw new AppError('not_found', 'This lost value does not exist.');
  return row as { kind: SecretKind };
}
