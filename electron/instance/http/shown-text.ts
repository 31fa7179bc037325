import { z } from '@hono/zod-openapi';

/**
 * What people call a thing. SECURITY: no control character, line break or change of direction: names are shown in
 * terminals, logs and lists, where those would rewrite what stands beside them.
 */
export const shownText = (minCharacters: number, maxCharacters: number) =>
  z
    .string()
    .trim()
    .min(minCharacters)
    .max(maxCharacters)
    .refine((text) => !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/u.test(text), {
      message: 'no control characters or line breaks',
    });

export const displayName = (maxCharacters: number) => shownText(1, maxCharacters);
