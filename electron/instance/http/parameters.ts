import { z } from '@hono/zod-openapi';

/** A number in a path. Its place in the document is said here: a coerced number would look optional and nullable. */
export const pathId = z.coerce
  .number()
  .int()
  .openapi({ type: 'integer', param: { required: true } });

/** A whole number in a query that need not be there. */
export const queryInteger = z.coerce.number().int().optional().openapi({ type: 'integer' });
