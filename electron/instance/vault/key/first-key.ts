import type { Caller } from '../../access/caller.ts';
import { AppError } from '../../kernel/app-error.ts';
import { vaultOperations } from '../operations.ts';
import type { Fingerprint } from '../sealing/master-key.ts';
import type { SecretText } from '../secret-text.ts';
import {
  type FirstKeyOrder,
  isUnused,
  openCustody,
  readCustody,
  setSituation,
  untilLocked,
  type VaultCore,
} from '../vault-core.ts';
import type { CustodyName } from '../vocabulary.ts';
import { type FoundKey, readFoundKey } from './found-key.ts';
import { findActiveRecord } from './key-record.ts';

/** What set-up shows about the key. None of it is secret. */
export interface FirstKey {
  /** Null while there is no key: `detail` says why. */
  fingerprint: Fingerprint | null;
  custody: CustodyName;
  /** Where it is stored, by its usual name: `GNOME Keyring`. */
  label: string;
  place: string;
  /** Whether it was found rather than created; null when that was in an earlier run. */
  adopted: boolean | null;
  isLocked: boolean;
  detail: string | null;
  /** An existing key file: to be used, or, once that was decided, left unchanged. */
  found: FoundKey | null;
}

/** Where a first key can be stored by choice. An external file is configured before a start. */
export const firstCustodyNames = ['keychain', 'passphrase', 'file'] as const;

export interface FirstCustody {
  custody: (typeof firstCustodyNames)[number];
  /** For passphrase custody. */
  passphrase?: SecretText | undefined;
  /** The key in the file that was found, rather than a new one. */
  usesFound?: boolean | undefined;
}

export function describeFirstKey(core: VaultCore): FirstKey {
  return {
    fingerprint: findActiveRecord(core.store)?.fingerprint ?? null,
    custody: core.custody.name,
    label: core.custody.label(),
    place: core.custody.describe(),
    adopted: core.wasKeyAdopted,
    isLocked: core.ring.active === null,
    detail: core.situation.detail,
    found: core.found,
  };
}

/**
 * Makes the first key where its owner chose, after the first start made none. Where that fails too, everything
 * stays as it was.
 *
 * SECURITY: only while nothing was ever sealed and no key recorded; nobody gets a new key over old data. Of a
 * choice and a lock that meet, the lock wins.
 *
 * Throws `conflict` (there is a key, or was one), `invalid_request` (a key file lies here, and whether it is used
 * was not said), `not_found` (there is none to use), `custody_locked`, `custody_refused`, `custody_conflict`,
 * `vault_locked`, and what saving throws.
 */
export function keepFirstKey(core: VaultCore, actor: Caller | null, where: FirstCustody): Promise<void> {
  const isWanted = untilLocked(core);
  return core.exclusively(async () => {
    if (!isUnused(core.store)) throw new AppError('conflict', 'This instance already has a key.');
    const { custody: before, situation, found } = core;
    const order = await readOrder(found, where.usesFound);
    core.custody = openCustody(core, where.custody);
    // It was said now whether it is used.
    core.found = null;
    try {
      const isOpen = await readCustody(core, where.passphrase, isWanted, order);
      if (isOpen) {
        const fingerprint = findActiveRecord(core.store)?.fingerprint ?? null;
        core.audit.append(vaultOperations.KEY_MADE, actor, { custody: where.custody, fingerprint });
        return;
      }
      if (!isWanted())
        throw new AppError('vault_locked', 'The vault was locked while the key was being created.');
      const { case: why, refused, detail } = core.situation;
      // What is left are several keys in one place.
      const code = why !== 'waiting' ? 'custody_conflict' : refused ? 'custody_refused' : 'custody_locked';
      throw new AppError(code, detail ?? `${core.custody.describe()} returned no key.`);
    } finally {
      const isKept = !isUnused(core.store);
      // A file in the data directory is file custody's own; any other is still reported as found.
      core.found = isKept && found?.path === core.custody.describe() ? null : found;
      if (!isKept) {
        core.custody = before;
        if (isWanted()) setSituation(core, situation);
      }
    }
  });
}

async function readOrder(found: FoundKey | null, usesFound: boolean | undefined): Promise<FirstKeyOrder> {
  if (found && usesFound === undefined)
    throw new AppError(
      'invalid_request',
      `There is a key at ${found.path}: choose whether to use it (use_found).`,
    );
  if (!usesFound) return { given: null, unwanted: found?.fingerprint ?? null };
  const key = found && (await readFoundKey(found.path));
  if (!key || key.fingerprint !== found.fingerprint)
    throw new AppError('not_found', 'The key file that was found no longer exists.');
  return { given: key, unwanted: null };
}
