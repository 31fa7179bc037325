import { AppError } from '../../kernel/app-error.ts';
import type { VaultCore } from '../vault-core.ts';
import type { CustodyName } from '../vocabulary.ts';

/**
 * How old the last check of a custody may be before the next one. A keychain is a process and a call over the
 * session bus, and may ask its user something; a file is a few system calls.
 */
const FRESH_MS: Record<CustodyName, number> = {
  file: 10_000,
  passphrase: 10_000,
  external: 10_000,
  keychain: 10 * 60_000,
};

/**
 * Checks whether the custody still holds the key that is in memory, so that its loss is reported while the key can
 * still be copied. Never changes anything, and never throws.
 *
 * @param atOnce for requests by people: files are checked however recent the last check is.
 */
export async function watchCustody(core: VaultCore, atOnce = false): Promise<void> {
  const { custody } = core;
  const active = core.ring.active?.fingerprint;
  const freshMs = atOnce && custody.name !== 'keychain' ? 0 : FRESH_MS[custody.name];
  if (active === undefined || performance.now() - core.custodySeen.atMs < freshMs) return;
  core.custodySeen.atMs = performance.now();
  const missing = await findWhyMissing(core, active);
  // A move or a rotation meanwhile made this result obsolete.
  if (core.custody !== custody || core.ring.active?.fingerprint !== active) return;
  if (core.custodySeen.missing === missing) return;
  core.custodySeen.missing = missing;
  core.emit('vault');
}

/** The problem in words, or null if the key is there as far as known. */
async function findWhyMissing({ custody }: VaultCore, fingerprint: string): Promise<string | null> {
  try {
    const finding = await custody.find();
    // SECURITY: locked is not lost. Passphrase custody is always locked for this check: its files exist. A keychain
    // that refuses now may be restarting; for a file, unreadable counts as missing.
    if (finding.outcome === 'locked') return null;
    if (finding.outcome === 'refused') return custody.name === 'keychain' ? null : finding.detail;
    if (finding.outcome === 'found' && finding.keys.some((key) => key.fingerprint === fingerprint))
      return null;
    return `${custody.describe()} does not hold the key in use (${fingerprint}).`;
  } catch (error) {
    if (error instanceof AppError) return error.message;
    return `${custody.describe()} cannot be read.`;
  }
}
