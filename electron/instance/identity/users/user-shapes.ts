import { z } from '@hono/zod-openapi';
import { roles } from '../../access/permissions.ts';
import { actorShape } from '../../audit/audit-shapes.ts';
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
        must_change_password: z
          .boolean()
          .openapi({ description: 'Somebody else chose the password: it is good for changing it alone' }),
        created_at: z.int(),
        updated_at: z.int(),
        deleted_at: z.int().nullable(),
      })
      .openapi('UserAccount'),
    roles: z.array(z.object({ name: z.enum(roles) }).openapi('UserRole')),
  })
  .openapi('User');

/** An invitation that waits, without its link. */
export const invitationShape = z
  .object({
    id: z.int(),
    email: z.string(),
    name: z.string(),
    role: z.enum(roles),
    invited_by: z.string(),
    invited_by_actor: actorShape,
    created_at: z.int(),
    expires_at: z.int(),
    is_void: z
      .boolean()
      .openapi({ description: 'Whoever made it may no longer add people: its link opens nothing' }),
  })
  .openapi('Invitation');

export const invitationListShape = z
  .object({ invitations: z.array(invitationShape) })
  .openapi('InvitationList');

/** The link is shown once. */
export const newInvitationShape = invitationShape
  .extend({
    path: z.string(),
    link: z.string().openapi({
      description:
        'The path under the name by which the request found the instance; the path alone while the console is closed',
    }),
  })
  .openapi('NewInvitation');

/** For the page of a link. SECURITY: what whoever sent the link would tell, no more. */
export const openedInvitationShape = z
  .object({
    email: z.string(),
    name: z.string(),
    role: z.enum(roles),
    invited_by: z.string(),
    instance_name: z.string(),
    expires_at: z.int(),
  })
  .openapi('OpenedInvitation');

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
