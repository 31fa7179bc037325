import { z } from '@hono/zod-openapi';

const authorityFields = {
  sha256: z.string().openapi({ description: 'Fingerprint of the certificate, as browsers show it' }),
  not_after: z.int().openapi({ description: 'Epoch ms' }),
  permitted: z
    .array(z.string())
    .nullable()
    .openapi({ description: 'Domains and networks it may vouch for; null for every name' }),
};

export const localAuthoritiesShape = z
  .object({
    current: z.object(authorityFields).openapi('LocalAuthority'),
    next: z.union([
      z
        .object({ ...authorityFields, takes_over_at: z.int().openapi({ description: 'Epoch ms' }) })
        .openapi('NextLocalAuthority'),
      z.null(),
    ]),
  })
  .openapi('LocalAuthorities');
