import { z } from '@hono/zod-openapi';
import { toAnswer } from '../../http/to-answer.ts';
import { driveStateShape } from '../../vault/status/status-shapes.ts';
import type { BackupsCore } from '../backups-core.ts';
import { findDriveState } from '../promise/drive-state.ts';
import { retentionShape } from '../retention/retention-shapes.ts';
import { canBePluggedIn } from '../schedules/require-drive.ts';
import { destinationKinds } from '../vocabulary.ts';
import { describeDestination, type KnownDestination } from './destinations.ts';
import { type CopyPlace, describeKeyCopyThere, listCopyPlaces } from './key-copy-there.ts';
import { type BucketFact, bucketFactNames, bucketFactTitles } from './s3/bucket-facts.ts';
import { credentialStates, findCredentialState } from './s3/s3-credentials.ts';
import { s3Encryptions } from './s3/s3-place.ts';

export const bucketShape = z
  .object({
    endpoint: z.string().nullable().openapi({ description: "Null: Amazon's own of the region" }),
    region: z.string(),
    bucket: z.string(),
    prefix: z.string(),
    path_style: z.boolean(),
    server_side_encryption: z.union([z.enum(s3Encryptions), z.null()]),
    credentials_state: z.enum(credentialStates).openapi('BucketCredentialsState'),
    credentials_set_at: z.int(),
  })
  .openapi('BackupBucket');

export const destinationShape = z
  .object({
    id: z.int(),
    kind: z.enum(destinationKinds),
    name: z.string(),
    path: z.string().openapi({ description: 'Where it is: of a bucket as s3://bucket/prefix' }),
    readable_without_key: z.boolean(),
    recipients: z.array(z.string()).openapi({
      description: 'Of age: who besides the instance can decrypt its backups, but no secret in them',
    }),
    /** Whether it was apart from the disk of the database when it was last looked at. */
    separate: z.boolean(),
    key_copy_note: z.string().nullable().openapi({
      description:
        'Why whoever takes its backups takes a copy of the key too, in words; null where none is known there',
    }),
    bucket: z.union([bucketShape, z.null()]),
    can_be_plugged_in: z.boolean().openapi({
      description: 'Whether a schedule can wait for its drive, as it is not on the disk of the database',
    }),
    /** Null where no schedule waits for it to be plugged in, or it was not looked at yet. */
    drive: z.union([driveStateShape, z.null()]),
    /** How many backups are kept there; null for all. */
    retention: z.union([retentionShape, z.null()]),
    created_at: z.int(),
  })
  .openapi('BackupDestination');

export const destinationListShape = z
  .object({ destinations: z.array(destinationShape) })
  .openapi('BackupDestinationList');

export const addedDestinationShape = destinationShape
  .extend({
    /** What to know of it, in words, or null: why it does not count as separate, that a copy of the key is there, what is lost with the key. */
    note: z.string().nullable(),
  })
  .openapi('AddedBackupDestination');

export const changedDestinationShape = destinationShape
  .extend({
    /** What is lost with the key, in words, or null. */
    note: z.string().nullable(),
  })
  .openapi('ChangedBackupDestination');

export const recoveryRecipientShape = z
  .object({
    id: z.uuid(),
    recipient: z.string(),
    /** Shown once. */
    identity: z.string().openapi({ description: 'Of age: decrypts backups, and no secret in them' }),
  })
  .openapi('RecoveryRecipient');

export const verifiedRecipientShape = z.object({ recipient: z.string() }).openapi('VerifiedRecipient');

export const bucketFactsShape = z
  .object({
    facts: z.array(
      z
        .object({
          name: z.enum(bucketFactNames),
          title: z.string(),
          text: z.string(),
          is_warning: z.boolean(),
          refused_call: z
            .string()
            .nullable()
            .openapi({ description: 'A call that the credentials may not make' }),
        })
        .openapi('BucketFact'),
    ),
  })
  .openapi('BucketFacts');

export function toDestinationJson(
  core: BackupsCore,
  known: KnownDestination,
  copies: readonly CopyPlace[] = listCopyPlaces(core),
) {
  const { isReadable, ...common } = known;
  return toAnswer(destinationShape, {
    ...common,
    path: describeDestination(known),
    readableWithoutKey: isReadable,
    keyCopyNote: describeKeyCopyThere(known, copies),
    canBePluggedIn: canBePluggedIn(core, known),
    drive: findDriveState(core, known.id),
    bucket:
      known.kind === 's3'
        ? {
            ...known.place,
            pathStyle: known.place.isPathStyle,
            serverSideEncryption: known.place.encryption,
            credentialsState: findCredentialState(core.ctx, known),
            credentialsSetAt: known.credentials.setAt,
          }
        : null,
  });
}

export function toBucketFactsJson(facts: readonly BucketFact[]) {
  return toAnswer(bucketFactsShape, {
    facts: facts.map((fact) => ({ ...fact, title: bucketFactTitles[fact.name] })),
  });
}
