import { z } from '@hono/zod-openapi';
import { custodyNameShape } from '../vocabulary-shapes.ts';
import type { KeyCustody } from './custody.ts';

export const custodyShape = z
  .object({ name: custodyNameShape, label: z.string(), place: z.string(), writable: z.boolean() })
  .openapi('KeyCustody');

/** As it calls itself now: what an answer about the custody is made from. */
export const describeCustody = (custody: KeyCustody) => ({
  name: custody.name,
  label: custody.label(),
  place: custody.describe(),
  writable: custody.writable,
});
