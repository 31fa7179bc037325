import { z } from '@hono/zod-openapi';
import { verifyVerdicts } from '../copies/copy-verification.ts';
import { notSeparateReasons, placeKinds } from '../copies/places.ts';
import { wordMatches } from '../copies/typed-words.ts';
import {
  copyFormatShape,
  custodyNameShape,
  custodyShape,
  epochMs,
  fingerprint,
  healthShape,
  orNull,
} from '../status/status-shapes.ts';
import { keyStates } from '../vocabulary.ts';

/** What the key's own routes answer. */

const keyFields = {
  fingerprint: fingerprint.nullable(),
  epoch: z.number().nullable(),
  custody: custodyShape,
  created_at: epochMs.nullable(),
  activated_at: epochMs.nullable(),
  seal_count: z.number(),
  rotation_advised: z.boolean(),
  health: healthShape,
};

export const keyShape = z.object(keyFields).openapi('EncryptionKey');

export const movedKeyShape = z
  .object({
    ...keyFields,
    note: z.string().nullable().openapi({ description: 'What is left to do, in words' }),
  })
  .openapi('MovedKey');

export const copyShape = z
  .object({
    id: z.number(),
    fingerprint,
    epoch: z.number().nullable(),
    format: copyFormatShape,
    place: z.string(),
    volume_id: z.string().nullable(),
    separate: z.boolean(),
    not_separate: z.string().nullable().openapi({ description: 'Why it does not count as separate' }),
    made_at: epochMs,
    verified_at: epochMs.nullable(),
  })
  .openapi('KeyCopy');

export const proofShape = z
  .union([
    z.object({ needed: z.null() }),
    z.object({ needed: z.literal('words'), positions: z.array(z.number()) }),
    z.object({ needed: z.literal('paste') }),
  ])
  .openapi('KeyCopyProof');

const day = z.string().openapi({ example: '2026-06-01' });

/** Holds the key: a page to print, for the owner alone. */
export const kitShape = z
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

export const wordProblemShape = z.object({
  position: z.number(),
  word: z.string(),
  nearest: z.array(z.string()),
});

export const wordListShape = z.object({ words: z.array(z.string()) }).openapi('WordList');

export const wordsCheckShape = z
  .object({
    problems: z.array(
      z.object({ position: z.number(), nearest: z.array(z.string()) }).openapi('TypedWordProblem'),
    ),
    complete: z.boolean(),
    checksum_ok: z.boolean().nullable(),
    fingerprint: fingerprint.nullable(),
    matches: orNull(z.enum(wordMatches).openapi('WordMatch')),
    epoch: z.number().nullable(),
  })
  .openapi('WordsCheck');

export const verificationShape = z
  .object({
    verdict: z.enum(verifyVerdicts).openapi('KeyCopyVerdict'),
    detail: z.string(),
    fingerprint: fingerprint.nullable(),
    epoch: z.number().nullable(),
    problems: z.array(wordProblemShape),
    proven_ids: z.array(z.number()).openapi({ description: 'Known copies that count as proven now' }),
  })
  .openapi('KeyCopyVerification');

export const epochShape = z
  .object({
    fingerprint,
    epoch: z.number(),
    state: z.enum(keyStates).openapi('KeyState'),
    custody: custodyNameShape,
    created_at: epochMs,
    activated_at: epochMs,
    retired_at: epochMs.nullable(),
    shredded_at: epochMs.nullable(),
    held: z.boolean(),
    seal_count: z.number(),
    values: z.number().openapi({ description: 'Values this key still opens' }),
    copies: z.number().openapi({ description: 'Copies of it that are known, proven or not' }),
  })
  .openapi('KeyEpoch');

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
