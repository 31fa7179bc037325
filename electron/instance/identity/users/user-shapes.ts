import { z } from '@hono/zod-openapi';
import { roles } from '../../access/permissions.ts';
import { displayName } from '../../http/shown-text.ts';
import { toAnswer } from '../../http/to-answer.ts';
import type { User } from './users.ts';

export const password = z.string().min(1).max(1024);

/** What an account is called. Empty means as it was. */
export const accountChange = z.object({
  email: z.string().max(254).optional(),
  name: displayName(100).optional(),
  username: displayName(100).optional(),
});

/** People as the API gives them, without anything of their passwords. */
export const userShape = z
  .object({
    user: z
      .object({
        id: z.int(),
        username: z.string(),
        name: z.string(),
        email: z.string(),
        mfa_enabled: z.boolean(),
        created_at: z.int(),
        updated_at: z.int(),
        deleted_at: z.int().nullable(),
      })
      .openapi('UserAccount'),
    roles: z.array(z.object({ name: z.enum(roles) }).openapi('UserRole')),
  })
  .openapi('User');

/** Keys and tokens in force that someone made, so that it can be said what ends with their rights. */
export const keysOfPersonShape = z
  .object({
    api_keys: z.array(z.object({ id: z.int(), name: z.string() }).openapi('KeyOfPerson')),
    deployment_tokens: z.array(
      z
        .object({ id: z.int(), name: z.string(), project_id: z.int(), project: z.string() })
        .openapi('TokenOfPerson'),
    ),
  })
  .openapi('KeysOfPerson');

/** Shown once. */
export const secondFactorSetupShape = z
  .object({
    secret_key: z.string(),
    otpauth_url: z.string(),
    recovery_codes: z.array(z.string()),
    note: z.string().nullable().openapi({ description: 'What to know before the factor is on, in words' }),
  })
  .openapi('SecondFactorSetup');

export function toUserJson(user: User) {
  return toAnswer(userShape, { user, roles: user.roles.map((name) => ({ name })) });
}
