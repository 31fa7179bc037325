import type { CopyReading } from './copies/key-copy.ts';
import { checkPlace } from './copies/places.ts';
import type { WordProblem } from './copies/words.ts';
import { insertKeyCopy, noteProof, placeContext } from './key-copies.ts';
import { findKeyRecord } from './key-record.ts';
import { findOpenRotation } from './rotation-record.ts';
import type { Fingerprint } from './sealing/master-key.ts';
import { type HandedCopy, readHandedCopy } from './unlock.ts';
import type { VaultCore } from './vault-core.ts';

export const verifyVerdicts = [
  'opens_this_instance',
  'older_epoch',
  'other_instance',
  'unknown_key',
  'passphrase_required',
  'passphrase_wrong',
  'words_invalid',
  'damaged',
] as const;
export type VerifyVerdict = (typeof verifyVerdicts)[number];

export interface Verification {
  verdict: VerifyVerdict;
  detail: string;
  fingerprint: Fingerprint | null;
  epoch: number | null;
  problems: WordProblem[];
}

/**
 * Says what a copy is good for. A copy that opens this instance counts as proven from now on; one that was not
 * known (made elsewhere, or carried over) is recorded. Bad copies are verdicts, not errors.
 */
export async function verifyKeyCopy(core: VaultCore, handed: HandedCopy): Promise<Verification> {
  const reading = await readHandedCopy(handed);
  const none = { fingerprint: null, epoch: null, problems: [] };
  switch (reading.outcome) {
    case 'passphrase_required':
      return { ...none, verdict: reading.outcome, detail: 'This copy is protected: give its passphrase.' };
    case 'passphrase_wrong':
      return { ...none, verdict: reading.outcome, detail: 'The passphrase does not open this copy.' };
    case 'words_invalid':
      return {
        ...none,
        verdict: reading.outcome,
        detail: 'Some words are not right.',
        problems: reading.problems,
      };
    case 'damaged':
      return { ...none, verdict: reading.outcome, detail: reading.detail };
    case 'key':
      return await judgeKey(core, reading, handed);
  }
}

async function judgeKey(
  core: VaultCore,
  reading: Extract<CopyReading, { outcome: 'key' }>,
  handed: HandedCopy,
): Promise<Verification> {
  const { fingerprint } = reading.key;
  const rotation = findOpenRotation(core.store);
  if (rotation?.state === 'staged' && rotation.newFingerprint === fingerprint) {
    await recordVerified(core, reading, handed);
    noteProof(core, reading.key);
    return {
      verdict: 'opens_this_instance',
      detail: 'This is the new key of the rotation under way.',
      fingerprint,
      epoch: null,
      problems: [],
    };
  }
  const record = findKeyRecord(core.store, fingerprint);
  const epoch = record?.epoch ?? null;
  if (record?.state === 'active') {
    await recordVerified(core, reading, handed);
    core.emit('copies');
    return {
      verdict: 'opens_this_instance',
      detail: 'This copy opens this instance.',
      fingerprint,
      epoch,
      problems: [],
    };
  }
  if (record) {
    const until =
      record.retiredAt === null ? '' : ` until ${new Date(record.retiredAt).toISOString().slice(0, 10)}`;
    const detail = `This copy is of epoch ${epoch}. It opens backups made from ${new Date(record.activatedAt).toISOString().slice(0, 10)}${until}, not this instance as it is now.`;
    return { verdict: 'older_epoch', detail, fingerprint, epoch, problems: [] };
  }
  if (reading.instanceId !== null && reading.instanceId !== core.store.identity.id) {
    return {
      verdict: 'other_instance',
      detail: 'This copy belongs to another instance.',
      fingerprint,
      epoch,
      problems: [],
    };
  }
  return {
    verdict: 'unknown_key',
    detail: 'This is a key, but not one this instance ever had.',
    fingerprint,
    epoch,
    problems: [],
  };
}

async function recordVerified(
  core: VaultCore,
  reading: Extract<CopyReading, { outcome: 'key' }>,
  handed: HandedCopy,
): Promise<void> {
  const check = handed.path ? await checkPlace(handed.path, placeContext(core)) : null;
  const now = core.clock.now();
  core.store.transaction(() => {
    const { changes } = core.store.sqlite
      .prepare(
        `UPDATE key_copies SET verified_at = @now WHERE fingerprint = @fingerprint AND format = @format
         AND (place = @place OR (volume_id IS NOT NULL AND volume_id = @volume))`,
      )
      .run({
        now,
        fingerprint: reading.key.fingerprint,
        format: reading.format,
        place: handed.path ?? '',
        volume: check?.volumeId ?? null,
      });
    // Typed words and pasted text prove the copies handed out in that format.
    if (changes === 0 && handed.path === undefined) {
      core.store.sqlite
        .prepare(
          'UPDATE key_copies SET verified_at = ? WHERE fingerprint = ? AND format = ? AND volume_id IS NULL',
        )
        .run(now, reading.key.fingerprint, reading.format);
    } else if (changes === 0 && check) {
      insertKeyCopy(core, reading.key, { format: reading.format, path: handed.path ?? '' }, check, now);
    }
  });
}
