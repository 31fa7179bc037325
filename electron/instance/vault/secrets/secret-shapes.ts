import { z } from '@hono/zod-openapi';
import { type Offered, toAnswer } from '../../http/to-answer.ts';
import { secretStates } from '../vault.ts';
import {
  countsByKind,
  epochMs,
  fingerprint,
  orNull,
  secretGroupShape,
  secretKindShape,
} from '../vocabulary-shapes.ts';
import { type DoctorReport, doctorReasons } from './doctor.ts';
import { type SecretList, secretChecks } from './secret-list.ts';

/** What the routes about sealed values answer: facts about them, never a value. */

export const ownerShape = z
  .object({
    title: z.string().openapi({ example: 'API_TOKEN of shop (production)' }),
    name: z.string().openapi({ example: 'API_TOKEN' }),
    belongs_to: z.string().openapi({ example: 'shop, production' }),
    path: z.string().nullable().openapi({ description: 'Its page in the console' }),
    is_earlier: z.boolean().openapi({ description: 'Whether the value is one it had before' }),
  })
  .openapi('SecretOwner');

export const secretShape = z
  .object({
    id: z.string(),
    kind: secretKindShape,
    group: secretGroupShape,
    key_fingerprint: fingerprint,
    epoch: z.number().nullable(),
    created_at: epochMs,
    updated_at: epochMs,
    last_used_at: epochMs.nullable(),
    state: z.enum(secretStates).openapi('SecretState'),
    check: z.enum(secretChecks).openapi('SecretCheck', {
      description:
        'Result of the latest finished doctor report; unchecked if the report does not cover this value',
    }),
    owner: orNull(ownerShape),
  })
  .openapi('SealedSecret');

export const secretsPageShape = z
  .object({
    secrets: z.array(secretShape),
    total: z.number().openapi({ description: 'Number of values that match the filter' }),
    failing: z
      .number()
      .openapi({ description: 'Number of values that cannot be decrypted, whatever the filter' }),
    failing_versions: z.number().openapi({ description: 'Those of them that secrets had before' }),
    counts: z
      .object({
        all: z.number(),
        variables: z.number(),
        tls: z.number(),
        sign_in: z.number(),
        access: z.number(),
        connections: z.number(),
      })
      .openapi('SecretCounts', { description: 'Number of values of each group, whatever the filter' }),
    page: z.number(),
    per_page: z.number(),
  })
  .openapi('SealedSecretsPage');

export const doctorShape = z
  .object({
    running: z.boolean(),
    total: z.number().openapi({ description: 'Encrypted values, those that secrets had before too' }),
    checked: z.number(),
    opened: z.number(),
    failed: z.number(),
    versions: z.number().openapi({ description: 'Values of the total that secrets had before' }),
    failed_versions: z.number().openapi({ description: 'Those of them that failed' }),
    by_kind: countsByKind,
    by_key: z.record(z.string(), z.number()).openapi({ description: 'Values per key fingerprint' }),
    failures: z.array(
      z
        .object({
          id: z.string(),
          kind: secretKindShape,
          key_fingerprint: fingerprint.nullable(),
          reason: z.enum(doctorReasons).openapi('DoctorFailureReason'),
          owner: orNull(ownerShape),
        })
        .openapi('DoctorFailure'),
    ),
    activity: orNull(
      z
        .object({
          lines: z.int(),
          removed: z.int(),
          broken_at: z
            .int()
            .nullable()
            .openapi({ description: 'The first line that does not follow from those before it' }),
          head_id: z.int(),
          head_hash: z.string().openapi({ description: 'SHA-256 of the newest line and all before it' }),
        })
        .openapi('ActivityCheck'),
    ),
    started_at: epochMs.nullable(),
    finished_at: epochMs.nullable(),
  })
  .openapi('DoctorReport');

export function toSecretsPageJson({ counts, ...list }: SecretList, page: number, perPage: number) {
  // The name of a group there is the name of a field here.
  return toAnswer(secretsPageShape, {
    ...list,
    counts: { ...counts, signIn: counts.sign_in },
    page,
    perPage,
  });
}

const noReport: Offered<typeof doctorShape> = {
  running: false,
  total: 0,
  checked: 0,
  opened: 0,
  failed: 0,
  versions: 0,
  failedVersions: 0,
  byKind: {},
  byKey: {},
  failures: [],
  activity: null,
  startedAt: null,
  finishedAt: null,
};

export function toDoctorJson(report: DoctorReport | null) {
  return toAnswer(doctorShape, report ?? noReport);
}
