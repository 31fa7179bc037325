import type { Caller } from '../../access/caller.ts';
import { findActiveRecord, findKeyRecord, listKeyRecords } from '../key/key-record.ts';
import { describeKnownBackups } from '../key/known-backups.ts';
import {
  chooseKey,
  explainUnusable,
  explainWrongPassphrase,
  type HandedCopy,
  readHandedCopy,
} from '../key/unlock.ts';
import { vaultOperations } from '../operations.ts';
import { findOpenRotation } from '../rotation/rotation-record.ts';
import type { Fingerprint } from '../sealing/master-key.ts';
import type { VaultCore } from '../vault-core.ts';
import type { CopyFormat } from '../vocabulary.ts';
import {
  getKeyCopy,
  insertKeyCopy,
  isProvenBetter,
  judgeUnseen,
  markProven,
  noteProof,
  placeContext,
} from './key-copies.ts';
import type { ReadKey } from './key-copy.ts';
import { checkPlace } from './places.ts';
import type { WordProblem } from './words.ts';

/** One key of a copy, and the format of the copy. */
type KeyReading = ReadKey & { format: CopyFormat };

export const verifyVerdicts = [
  'opens_this_instance',
  'older_epoch',
  'other_instance',
  'unknown_key',
  'passphrase_required',
  'passphrase_wrong',
  'words_invalid',
  'damaged',
  'unusable',
] as const;
export type VerifyVerdict = (typeof verifyVerdicts)[number];

export interface Verification {
  verdict: VerifyVerdict;
  detail: string;
  fingerprint: Fingerprint | null;
  epoch: number | null;
  problems: WordProblem[];
  /** Ids of the known copies that this proved. */
  provenIds: number[];
}

/**
 * Checks what a copy can decrypt. A copy of the active key counts as verified from now on; an unknown one (made
 * elsewhere, or carried over) is recorded. Bad copies are verdicts, not errors.
 */
export async function verifyKeyCopy(
  core: VaultCore,
  actor: Caller | null,
  handed: HandedCopy,
): Promise<Verification> {
  const verification = await judgeCopy(core, actor, handed);
  const { verdict, fingerprint } = verification;
  core.audit.append(vaultOperations.KEY_COPY_VERIFIED, actor, { verdict, fingerprint });
  return verification;
}

async function judgeCopy(core: VaultCore, actor: Caller | null, handed: HandedCopy): Promise<Verification> {
  const reading = await readHandedCopy(core.copyReader, handed);
  const none = { fingerprint: null, epoch: null, problems: [], provenIds: [] };
  switch (reading.outcome) {
    case 'passphrase_required':
      return { ...none, verdict: reading.outcome, detail: 'This copy is encrypted: enter its passphrase.' };
    case 'passphrase_wrong':
      return { ...none, verdict: reading.outcome, detail: explainWrongPassphrase(reading.format) };
    case 'words_invalid':
      return {
        ...none,
        verdict: reading.outcome,
        detail: 'Some words are wrong.',
        problems: reading.problems,
      };
    case 'damaged':
      return { ...none, verdict: reading.outcome, detail: reading.detail };
    case 'unusable':
      return { ...none, verdict: reading.outcome, detail: explainUnusable(reading.because) };
    case 'keys':
      return await judgeKeys(core, actor, reading, handed);
  }
}

/** What the best of them opens. With a rotation in progress a copy may verify the key in use and the new one. */
async function judgeKeys(
  core: VaultCore,
  actor: Caller | null,
  { keys, format }: { keys: readonly ReadKey[]; format: CopyFormat },
  handed: HandedCopy,
): Promise<Verification> {
  const staged = findStagedKey(core);
  const active = findActiveRecord(core.store)?.fingerprint ?? null;
  const known = listKeyRecords(core.store).map(({ fingerprint }) => fingerprint);
  const best = chooseKey(keys, [staged, active, ...known]);
  const said = await judgeKey(core, actor, { ...best, format }, handed);
  const inUse = keys.find((read) => read !== best && read.key.fingerprint === active);
  if (!inUse) return said;
  const also = await judgeKey(core, actor, { ...inUse, format }, handed);
  return { ...said, provenIds: [...said.provenIds, ...also.provenIds] };
}

/** The new key of a rotation that does not use it yet: it has no record. */
function findStagedKey(core: VaultCore): Fingerprint | null {
  const rotation = findOpenRotation(core.store);
  return rotation && ['staged', 'proven'].includes(rotation.state) ? rotation.newFingerprint : null;
}

async function judgeKey(
  core: VaultCore,
  actor: Caller | null,
  reading: KeyReading,
  handed: HandedCopy,
): Promise<Verification> {
  const { fingerprint } = reading.key;
  if (findStagedKey(core) === fingerprint) {
    const provenIds = await recordVerified(core, actor, reading, handed);
    noteProof(core, reading.key);
    return {
      verdict: 'opens_this_instance',
      detail: 'This is the new key of the current rotation.',
      fingerprint,
      epoch: null,
      problems: [],
      provenIds,
    };
  }
  const record = findKeyRecord(core.store, fingerprint);
  const epoch = record?.epoch ?? null;
  if (record?.state === 'active') {
    const provenIds = await recordVerified(core, actor, reading, handed);
    core.emit('copies');
    return {
      verdict: 'opens_this_instance',
      detail: 'This copy can decrypt the secrets of this instance.',
      fingerprint,
      epoch,
      problems: [],
      provenIds,
    };
  }
  if (record) {
    const until =
      record.retiredAt === null ? '' : ` until ${new Date(record.retiredAt).toISOString().slice(0, 10)}`;
    const detail = `This is a copy of key version ${epoch}. It can decrypt backups made from ${new Date(record.activatedAt).toISOString().slice(0, 10)}${until}, but not the current secrets of this instance. ${describeKnownBackups(core.findBackupsOf(fingerprint))}`;
    return { verdict: 'older_epoch', detail, fingerprint, epoch, problems: [], provenIds: [] };
  }
  if (reading.instanceId !== null && reading.instanceId !== core.store.identity.id) {
    return {
      verdict: 'other_instance',
      detail: 'This copy belongs to another instance.',
      fingerprint,
      epoch,
      problems: [],
      provenIds: [],
    };
  }
  return {
    verdict: 'unknown_key',
    detail: 'This is a key, but this instance never had it.',
    fingerprint,
    epoch,
    problems: [],
    provenIds: [],
  };
}

/** Ids of the copies that count as verified from now on; an unknown one is recorded. */
async function recordVerified(
  core: VaultCore,
  actor: Caller | null,
  reading: KeyReading,
  handed: HandedCopy,
): Promise<number[]> {
  const { key, format } = reading;
  const { path } = handed;
  const check = path === undefined ? null : await checkPlace(path, placeContext(core));
  const separation =
    check && path !== undefined ? { ...check, path } : judgeUnseen(format, handed.bytes !== undefined);
  return core.store.transaction(() => {
    const ids =
      check && path !== undefined
        ? listCopiesAt(core, reading, path, check.volumeId)
        : listHandedOut(core, reading);
    const proven = ids.map((id) => getKeyCopy(core, id)).filter((copy) => !isProvenBetter(copy, separation));
    for (const copy of proven) markProven(core, copy, separation);
    if (ids.length > 0 || !check || path === undefined) return proven.map(({ id }) => id);
    return [insertKeyCopy(core, actor, key, { format, path }, check, core.clock.now()).id];
  });
}

function listCopiesAt(core: VaultCore, reading: KeyReading, path: string, volume: string | null): number[] {
  return core.store.sqlite
    .prepare(
      `SELECT id FROM key_copies WHERE fingerprint = ? AND format = ?
       AND (place = ? OR (volume_id IS NOT NULL AND volume_id = ?))`,
    )
    .pluck()
    .all(reading.key.fingerprint, reading.format, path, volume) as number[];
}

/**
 * Typed words and pasted text verify the copy given out in that format. SECURITY: with several such copies it is
 * unknown which one was used, so none counts; copies in files do not count either.
 */
function listHandedOut(core: VaultCore, { key, format }: KeyReading): number[] {
  const ids = core.store.sqlite
    .prepare(
      `SELECT id FROM key_copies WHERE fingerprint = ? AND format = ? AND volume_id IS NULL AND place NOT LIKE '/%'`,
    )
    .pluck()
    .all(key.fingerprint, format) as number[];
  return ids.length === 1 ? ids : [];
}
