import { z } from '@hono/zod-openapi';
import { type FirstCustody, firstCustodyNames } from './first-key.ts';
import { SecretText } from './secret-text.ts';

/** Where the first key is to be kept, as set-up and the locked page send it. */
export const firstCustodyBody = z.object({
  custody: z.enum(firstCustodyNames),
  passphrase: z.string().min(1).max(1024).optional(),
});

export function toFirstCustody({ custody, passphrase }: z.infer<typeof firstCustodyBody>): FirstCustody {
  return { custody, passphrase: passphrase === undefined ? undefined : new SecretText(passphrase) };
}
