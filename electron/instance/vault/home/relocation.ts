import type { Caller } from '../../access/caller.ts';
import { AppError } from '../../kernel/app-error.ts';
import { vaultOperations } from '../operations.ts';
import { openKeychain, readCustody, untilLocked, type VaultCore } from '../vault-core.ts';
import { findKeychainUse, writeKeychainUse } from './custody-row.ts';
import { findHome, nameForKeychain } from './home.ts';
import { requireRelocation } from './relocated.ts';

export const relocationAnswers = ['moved', 'copied'] as const;
export type RelocationAnswer = (typeof relocationAnswers)[number];

/**
 * The owner says what happened to a directory that is not where its keychain entries were made for. A moved one keeps
 * them. A copy gets entries of its own, which hold the same keys, before it changes any.
 *
 * Throws `conflict` (nothing happened, or the original is still there and this is no move), `custody_locked`,
 * `custody_refused` and what saving throws: nothing is changed then.
 */
export function settleRelocation(core: VaultCore, actor: Caller, answer: RelocationAnswer): Promise<void> {
  const isWanted = untilLocked(core);
  return core.exclusively(async () => {
    core.store.requireWritable();
    const { from, isOriginalThere } = requireRelocation(core);
    if (answer === 'moved' && isOriginalThere)
      throw new AppError(
        'conflict',
        `The original is still in ${from}, so this is a copy: a copy needs entries of its own in the keychain.`,
      );
    const home = findHome(core.dataDir);
    const oldName = findKeychainUse(core.store)?.name ?? core.store.identity.id;
    const name = answer === 'moved' ? oldName : nameForKeychain(core.store.identity.id, home);
    if (answer === 'copied') await copyEntries(core, oldName, name);
    core.store.transaction(() => {
      writeKeychainUse(core.store, name, home);
      // SECURITY: what the original still has to remove from the keychain is not ours to remove.
      if (answer === 'copied')
        core.store.sqlite.exec("UPDATE keys SET leaving_custody = NULL WHERE leaving_custody = 'keychain'");
      core.audit.append(vaultOperations.DIRECTORY_RELOCATED, actor, { answer });
    });
    if (core.custody.name === 'keychain') core.custody = openKeychain(core, name);
    await readCustody(core, undefined, isWanted);
  });
}

/** A keychain that answers and has no entry has nothing to copy: the vault then waits for a copy of the key. */
async function copyEntries(core: VaultCore, from: string, to: string): Promise<void> {
  const finding = await openKeychain(core, from).find();
  if (finding.outcome === 'locked') throw new AppError('custody_locked', finding.detail);
  if (finding.outcome === 'refused') throw new AppError('custody_refused', finding.detail);
  if (finding.outcome === 'missing') return;
  const own = openKeychain(core, to);
  for (const key of finding.keys) await own.save(key);
}
