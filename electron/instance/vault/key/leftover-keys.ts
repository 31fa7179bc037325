import { AppError } from '../../kernel/app-error.ts';
import type { Log } from '../../kernel/log.ts';
import type { Store } from '../../store/store.ts';
import { sweepPartialKeys } from '../custody/partial-files.ts';
import { findOpenRotation } from '../rotation/rotation-record.ts';
import type { Fingerprint } from '../sealing/master-key.ts';
import { listKeyRecords } from './key-record.ts';

/** Of the vault, what is looked at. */
interface Leftovers {
  readonly dataDir: string;
  readonly store: Store;
  readonly log: Log;
  readonly inCustody: ReadonlySet<Fingerprint>;
}

/**
 * Removes what a kill left of a key that was being written. Run once the custody gave the active key. SECURITY: a
 * key that is still on record, and that the custody does not hold, is left wherever it is.
 */
export async function sweepLeftoverKeys(core: Leftovers): Promise<void> {
  const needed = new Set(
    listKeyRecords(core.store)
      .filter((record) => record.shreddedAt === null)
      .map((record) => record.fingerprint),
  );
  const rotation = findOpenRotation(core.store);
  if (rotation) needed.add(rotation.newFingerprint);
  for (const fingerprint of core.inCustody) needed.delete(fingerprint);
  try {
    await sweepPartialKeys(
      core.dataDir,
      ({ fingerprint }) => fingerprint === null || !needed.has(fingerprint),
    );
  } catch (error) {
    const code =
      error instanceof AppError ? error.code : ((error as NodeJS.ErrnoException).code ?? 'unknown');
    core.log.warn({ code }, 'what a kill left of a key could not be removed');
  }
}
