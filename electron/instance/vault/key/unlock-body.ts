import { z } from '@hono/zod-openapi';
import { SecretText } from '../secret-text.ts';
import { MAX_SHARES } from '../split/slip39/shares.ts';
import type { EarlyUnlocking } from './early-unlock.ts';
import type { HandedCopy, Unlocking } from './unlock.ts';

/** The ways to unlock, as a request names them. */
export const unlockBody = z.discriminatedUnion('method', [
  z.object({ method: z.literal('custody') }),
  z.object({ method: z.literal('passphrase'), passphrase: z.string().max(1024) }),
  z.object({
    method: z.literal('words'),
    words: z.string().max(4096),
    restore_custody: z.boolean().optional(),
  }),
  z.object({ method: z.literal('key'), text: z.string().max(4096), restore_custody: z.boolean().optional() }),
  z.object({
    method: z.literal('copy'),
    content_base64: z.base64(),
    passphrase: z.string().max(1024).optional(),
    restore_custody: z.boolean().optional(),
  }),
  z.object({
    method: z.literal('path'),
    path: z.string(),
    passphrase: z.string().max(1024).optional(),
    restore_custody: z.boolean().optional(),
  }),
  z.object({
    method: z.literal('shares'),
    shares: z.array(z.string().max(1024)).min(1).max(MAX_SHARES),
    restore_custody: z.boolean().optional(),
  }),
]);
type UnlockBody = z.infer<typeof unlockBody>;

/** What an unlock or a rescue hands over; `custody` and `passphrase` carry no copy. */
export function toHandedCopy(request: Exclude<UnlockBody, { method: 'custody' | 'passphrase' }>): HandedCopy {
  const passphrase =
    'passphrase' in request && request.passphrase !== undefined
      ? { passphrase: new SecretText(request.passphrase) }
      : {};
  switch (request.method) {
    case 'words':
      return { text: new SecretText(request.words) };
    case 'key':
      return { text: new SecretText(request.text) };
    case 'copy':
      return { bytes: Buffer.from(request.content_base64, 'base64'), ...passphrase };
    case 'path':
      return { path: request.path, ...passphrase };
    case 'shares':
      return { shares: request.shares.map((share) => new SecretText(share)) };
  }
}

export function toUnlocking(request: UnlockBody): Unlocking {
  if (request.method === 'custody') return { method: 'custody' };
  if (request.method === 'passphrase')
    return { method: 'passphrase', passphrase: new SecretText(request.passphrase) };
  const { method, restore_custody: restoreCustody = true } = request;
  return { method, copy: toHandedCopy(request), restoreCustody };
}

const noRestoring = { restore_custody: true } as const;

/** Of someone who is not signed in yet: what they have in hand, and nothing of this machine. */
export const earlyUnlockBody = z.discriminatedUnion('method', [
  unlockBody.options[1],
  unlockBody.options[2].omit(noRestoring),
  unlockBody.options[3].omit(noRestoring),
  unlockBody.options[4].omit(noRestoring),
  unlockBody.options[6].omit(noRestoring),
]);

export function toEarlyUnlocking(request: z.infer<typeof earlyUnlockBody>): EarlyUnlocking {
  if (request.method === 'passphrase')
    return { method: request.method, passphrase: new SecretText(request.passphrase) };
  return { method: request.method, copy: toHandedCopy(request) };
}

/** Only a copy: the body of a rescue. */
export const handedCopyBody = z.discriminatedUnion('method', [
  unlockBody.options[2],
  unlockBody.options[3],
  unlockBody.options[4],
  unlockBody.options[5],
  unlockBody.options[6],
]);
