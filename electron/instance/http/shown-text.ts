import { z } from '@hono/zod-openapi';

/**
 * A name given by people. SECURITY: no control characters, line breaks or bidirectional controls: names are shown
 * in terminals, logs and lists, where those would change the text around them.
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
