import { z } from '@hono/zod-openapi';
import { toAnswer } from '../http/to-answer.ts';
import { actorKinds, type Naming } from './actors.ts';
import type { AuditLine } from './audit-log.ts';
import { describeLine, type LineWords, nameActor } from './line-words.ts';

export const actorShape = z
  .object({
    kind: z.enum(actorKinds),
    who: z.string().openapi({ description: 'What the audit log is filtered by: `user 5`, `key 3`, `owner`' }),
    name: z.string().openapi({ description: 'As it is now; the last one of who or what was deleted' }),
    email: z.string().nullable().openapi({ description: 'Of a person' }),
    person: z.string().nullable().openapi({ description: 'Whose API key or deployment token it is' }),
    is_deleted: z.boolean(),
  })
  .openapi('Actor', { description: 'Who did something' });

export const auditActorsShape = z.object({ actors: z.array(actorShape) }).openapi('AuditActors');

/** A line as upstream's clients read it, with `actor` and `actor_kind` beside: `user` and `actor` are who it was then, `by` is who that is now. */
export const auditLineShape = z
  .object({
    id: z.int(),
    operation_type: z.string(),
    audit_date: z.int(),
    user_id: z.int(),
    user: z.object({ id: z.int(), name: z.string(), email: z.string() }),
    actor: z.string(),
    actor_kind: z.enum(actorKinds),
    by: actorShape,
    ip_address: z.object({ ip: z.string() }).nullable(),
    data: z.record(z.string(), z.unknown()).nullable(),
    /** The operation in words, and what was done, without who did it. */
    title: z.string(),
    sentence: z.array(z.object({ text: z.string(), style: z.enum(['plain', 'name', 'code']) })),
  })
  .openapi('AuditLine');

/**
 * A line for those who see the activity of one project alone. SECURITY: without the address that someone came from, which is theirs and
 * the administrators' business, and without the data of the line, which may have more than its sentence says.
 */
export const projectLineShape = auditLineShape
  .pick({ id: true, operation_type: true, audit_date: true, by: true, title: true, sentence: true })
  .openapi('ProjectAuditLine');

export const projectLinesShape = z
  .object({
    lines: z.array(projectLineShape),
    next: z.int().nullable().openapi({ description: '`before` of the next page; null for the last' }),
  })
  .openapi('ProjectActivity');

export const auditOperationsShape = z
  .object({ operations: z.array(z.string()), titles: z.record(z.string(), z.string()) })
  .openapi('AuditOperations');

export function toLineJson(entry: AuditLine, words: LineWords, naming: Naming) {
  const userId = entry.userId ?? 0;
  return toAnswer(auditLineShape, {
    ...describeEntry(entry, words, naming),
    userId,
    user: { id: userId, name: entry.actor, email: entry.actorKind === 'user' ? entry.actor : '' },
    ipAddress: entry.ip === null ? null : { ip: entry.ip },
  });
}

export const toProjectLineJson = (entry: AuditLine, words: LineWords, naming: Naming) =>
  toAnswer(projectLineShape, describeEntry(entry, words, naming));

const describeEntry = (entry: AuditLine, words: LineWords, naming: Naming) => ({
  ...entry,
  ...describeLine(entry, words),
  operationType: entry.operation,
  auditDate: entry.at,
  by: nameActor(entry, words, naming),
});
