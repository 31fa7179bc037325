import { z } from '@hono/zod-openapi';
import { toAnswer } from '../../http/to-answer.ts';
import { findActiveRecord } from '../key/key-record.ts';
import { findOpenRotation } from '../rotation/rotation-record.ts';
import type { VaultCore } from '../vault-core.ts';
import { copyFormatShape, epochMs, fingerprint, orNull } from '../vocabulary-shapes.ts';
import { copyStages, listCopyProgress } from './copy-progress.ts';
import { copyVerdictCodes, copyVerdicts, judgeKeyCopy } from './copy-verdict.ts';
import { type Verification, verifyVerdicts } from './copy-verification.ts';
import { explainNotSeparate, getKeyCopy, isBeside, type KeyCopy } from './key-copies.ts';
import { notSeparateReasons, placeKinds } from './places.ts';

/** What the routes of copies and their places answer. */

export const copyShape = z
  .object({
    id: z.number(),
    fingerprint,
    epoch: z.number().nullable(),
    format: copyFormatShape,
    place: z.string(),
    volume_id: z.string().nullable(),
    separate: z.boolean(),
    by_word: z.boolean().openapi({
      description: 'It counts as separate because whoever verified it said where it lies',
    }),
    not_separate: z.string().nullable().openapi({ description: 'Why it does not count as separate' }),
    made_at: epochMs,
    finished: z.boolean().openapi({ description: 'Written, or shown to the end' }),
    verified_at: epochMs.nullable(),
    worth: z.enum(copyVerdictCodes).openapi('KeyCopyWorth'),
    worth_words: z.string().openapi({
      description: 'Whether the copy counts, and whether backups are beside it, in words',
      example: copyVerdicts.counts,
    }),
    beside_backups: z.array(z.string()).openapi({
      description: 'Names of the backup destinations that whoever takes this copy takes too',
    }),
  })
  .openapi('KeyCopy');

export const keyCopiesShape = z.object({ copies: z.array(copyShape) }).openapi('KeyCopies');
export const provenCopyShape = z.object({ copy: copyShape }).openapi('ProvenKeyCopy');

const proofShape = z
  .union([
    z.object({ needed: z.null() }),
    z.object({ needed: z.literal('words'), positions: z.array(z.number()) }),
    z.object({ needed: z.literal('paste') }),
  ])
  .openapi('KeyCopyProof');

const day = z.string().openapi({ example: '2026-06-01' });

/** The second page, with the identity that opens backups. */
const kitBackupsShape = z
  .object({
    title: z.string(),
    warning: z.string(),
    where: z.string(),
    places: z.array(z.string()),
    identity: z.string(),
    steps: z.array(z.string()),
    opens: z.string(),
  })
  .openapi('PaperKitBackups');

/** Holds the key: a page to print, for the owner alone. */
const kitShape = z
  .object({
    title: z.string(),
    warning: z.string(),
    instance_name: z.string(),
    instance_id: z.string(),
    fingerprint,
    epoch: z.number(),
    key_made: day,
    date: day,
    key_text: z.string(),
    words: z.array(z.string()),
    qr_text: z.string(),
    steps: z.array(z.string()),
    opens: z.array(z.string()),
    not_contains: z.array(z.string()),
    backups: orNull(kitBackupsShape),
  })
  .openapi('PaperKit');

export const madeCopyShape = z
  .object({
    copy: copyShape,
    written_to: z.string().nullable(),
    not_separate: z.string().nullable(),
    proof: proofShape,
    content: z.string().nullable(),
    content_base64: z.string().nullable(),
    words: z.array(z.string()).nullable().openapi({ description: 'The words of a words copy' }),
    kit: orNull(kitShape),
  })
  .openapi('MadeKeyCopy');

const wordProblemShape = z.object({
  position: z.number(),
  word: z.string(),
  nearest: z.array(z.string()),
});

export const verificationShape = z
  .object({
    verdict: z.enum(verifyVerdicts).openapi('KeyCopyVerdict'),
    detail: z.string(),
    fingerprint: fingerprint.nullable(),
    epoch: z.number().nullable(),
    problems: z.array(wordProblemShape),
    proven_ids: z.array(z.number()).openapi({ description: 'Known copies that now count as verified' }),
    worth_words: z.string().nullable().openapi({
      description: 'Whether what it verified counts, in words; null where it opens nothing here',
    }),
  })
  .openapi('KeyCopyVerification');

export const placeShape = z
  .object({
    path: z.string(),
    label: z.string(),
    writable: z.boolean(),
    kind: z.enum(placeKinds).openapi('PlaceKind'),
    free_bytes: z.number(),
    volume_id: z.string().nullable(),
    separate: z.boolean(),
    reason: orNull(z.enum(notSeparateReasons).openapi('NotSeparateReason')),
    message: z.string(),
  })
  .openapi('Place');

/** What is known of a path before a copy is written there. */
export const checkedPathShape = placeShape
  .pick({ separate: true, message: true })
  .extend({ path: z.string().openapi({ description: 'The file that would be written' }) })
  .openapi('CheckedCopyPath');
export const placesShape = z.object({ places: z.array(placeShape) }).openapi('Places');

export const copyProgressShape = z
  .object({
    under_way: z.array(
      z.object({
        id: z.string().openapi({ description: 'The `progress_id` of the request' }),
        stage: z.enum(copyStages).openapi('KeyCopyStage'),
        percent: z.number().openapi({ description: 'Of the stage, 1 to 100', example: 42 }),
      }),
    ),
  })
  .openapi('KeyCopyProgress');

export const toCopyProgressJson = (core: VaultCore) =>
  toAnswer(copyProgressShape, { underWay: listCopyProgress(core) });

/** What an answer about a copy is made from. */
export const describeCopy = (core: VaultCore, copy: DescribedCopy) => createDescriber(core)(copy);

/** The same for each of a list. */
export const describeCopies = (core: VaultCore, copies: readonly DescribedCopy[]) =>
  copies.map(createDescriber(core));

type DescribedCopy = KeyCopy & { epoch?: number | null };

function createDescriber({ store, clock, listBackupFolders }: VaultCore) {
  const inUse = [findActiveRecord(store)?.fingerprint, findOpenRotation(store)?.newFingerprint];
  const now = clock.now();
  const folders = listBackupFolders();
  return (copy: DescribedCopy) => {
    const worth = judgeKeyCopy({ ...copy, isOfKeyInUse: inUse.includes(copy.fingerprint) }, now);
    const besideBackups = folders.filter((folder) => isBeside(copy, folder)).map(({ name }) => name);
    return {
      ...copy,
      epoch: copy.epoch ?? null,
      notSeparate: explainNotSeparate(copy),
      worth,
      worthWords: [copyVerdicts[worth], ...sayTold(copy), ...sayBeside(besideBackups)].join(' '),
      besideBackups,
    };
  };
}

/** A promise is not what was seen. */
const sayTold = ({ byWord, separate }: DescribedCopy): string[] =>
  byWord && separate ? ['Where it lies was said by whoever verified it, and not seen.'] : [];

function sayBeside(names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const listed = new Intl.ListFormat('en').format(names);
  return [`Backups go to the same place, ${listed}: anyone who takes one takes both.`];
}

/** Of the copies that it verified, the best one's worth. */
export function describeVerification(core: VaultCore, verification: Verification) {
  const isOpening = verification.verdict === 'opens_this_instance';
  return { ...verification, worthWords: isOpening ? sayBestWorth(core, verification.provenIds) : null };
}

function sayBestWorth(core: VaultCore, ids: readonly number[]): string {
  const copies = ids.map((id) => getKeyCopy(core, id));
  const described = describeCopies(core, copies);
  const best = copyVerdictCodes.find((code) => described.some(({ worth }) => worth === code));
  return (
    described.find(({ worth }) => worth === best)?.worthWords ??
    'No copy on the list counts for it: which of them this is cannot be told, or a better one is on record.'
  );
}
