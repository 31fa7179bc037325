import { z } from '@hono/zod-openapi';
import { secretGroupNames } from './secrets/secret-kinds.ts';
import { copyFormats, custodyNames, secretKinds } from './vocabulary.ts';

/** What the shapes of the vault's rooms have in common. */

export const epochMs = z.number().int().openapi({ description: 'Milliseconds since 1970' });
export const fingerprint = z.string().openapi({ example: '4F2A-91C0-77DE-1B3A' });
export const secretKindShape = z.enum(secretKinds).openapi('SecretKind');
export const secretGroupShape = z.enum(secretGroupNames).openapi('SecretGroup');
export const countsByKind = z.partialRecord(z.enum(secretKinds), z.number());
export const copyFormatShape = z.enum(copyFormats).openapi('CopyFormat');
export const custodyNameShape = z.enum(custodyNames).openapi('CustodyName');

/** Null beside a named shape: `.nullable()` would make the named component itself nullable in the document. */
export const orNull = <S extends z.ZodType>(shape: S) => z.union([shape, z.null()]);
