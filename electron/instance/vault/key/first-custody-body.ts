import { z } from '@hono/zod-openapi';
import { SecretText } from '../secret-text.ts';
import { type FirstCustody, firstCustodyNames } from './first-key.ts';

/** Where to store the first key, as sent by set-up and the locked page. */
export const firstCustodyBody = z.object({
  custody: z.enum(firstCustodyNames),
  passphrase: z.string().min(1).max(1024).optional(),
  use_found: z
    .boolean()
    .optional()
    .openapi({ description: 'Use the key in the file that was found, not a new one' }),
});

export function toFirstCustody(body: z.infer<typeof firstCustodyBody>): FirstCustody {
  const { custody, passphrase, use_found } = body;
  return {
    custody,
    passphrase: passphrase === undefined ? undefined : new SecretText(passphrase),
    usesFound: use_found,
  };
}
