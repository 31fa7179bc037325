import { z } from '@hono/zod-openapi';
import { roles } from '../../access/permissions.ts';

/** RFC 8628, 3.2, as upstream's client reads it. */
export const cliSignInStartShape = z
  .object({
    device_code: z.string().openapi({ description: 'Collects the key; shown to nobody' }),
    user_code: z.string().openapi({ description: 'What the person types on the page' }),
    verification_uri: z.string(),
    verification_uri_complete: z.string().openapi({
      description: 'The same page, without the code: whoever approves has typed it',
    }),
    expires_in: z.int().openapi({ description: 'Seconds' }),
    interval: z.int().openapi({ description: 'Seconds between polls' }),
  })
  .openapi('CliSignInStart');

export const cliSignInPollShape = z
  .discriminatedUnion('status', [
    z.object({ status: z.enum(['authorization_pending', 'slow_down', 'access_denied', 'expired_token']) }),
    z.object({
      status: z.literal('approved'),
      /** 0 for a key of the owner without an account, as `/user/me` says it. */
      user_id: z.int(),
      email: z.string().nullable(),
      role: z.enum([...roles, 'custom']),
      api_key: z.string(),
      key_prefix: z.string(),
      expires_at: z.string().nullable(),
    }),
  ])
  .openapi('CliSignInPoll');

/** The name is what the program says of itself: a label, not a proof. */
export const pendingCliSignInShape = z
  .object({
    client_name: z.string(),
    requested_ip: z.string().nullable().openapi({ description: 'Null for this machine itself' }),
    asked_at: z.string(),
    expires_at: z.string(),
  })
  .openapi('PendingCliSignIn');
