import { z } from '@hono/zod-openapi';
import { toAnswer } from '../http/to-answer.ts';
import type { AuditLine } from './audit-log.ts';
import { describeLine, type LineWords } from './line-words.ts';

/** What did it: the instance by itself, or a kind of caller. */
export const actorKinds = ['instance', 'anonymous', 'owner', 'user', 'key', 'token'] as const;

/** A line as upstream's clients read it, with `actor` and `actor_kind` beside. `user` is who it was then. */
export const auditLineShape = z
  .object({
    id: z.int(),
    operation_type: z.string(),
    audit_date: z.int(),
    user_id: z.int(),
    user: z.object({ id: z.int(), name: z.string(), email: z.string() }),
    actor: z.string(),
    actor_kind: z.enum(actorKinds),
    ip_address: z.object({ ip: z.string() }).nullable(),
    data: z.record(z.string(), z.unknown()).nullable(),
    /** The operation in words, and what was done, without who did it. */
    title: z.string(),
    sentence: z.array(z.object({ text: z.string(), style: z.enum(['plain', 'name', 'code']) })),
  })
  .openapi('AuditLine');

export const auditOperationsShape = z
  .object({ operations: z.array(z.string()), titles: z.record(z.string(), z.string()) })
  .openapi('AuditOperations');

export function toLineJson(entry: AuditLine, words: LineWords) {
  const userId = entry.userId ?? 0;
  return toAnswer(auditLineShape, {
    ...entry,
    ...describeLine(entry, words),
    operationType: entry.operation,
    auditDate: entry.at,
    userId,
    user: { id: userId, name: entry.actor, email: entry.actorKind === 'user' ? entry.actor : '' },
    ipAddress: entry.ip === null ? null : { ip: entry.ip },
  });
}
