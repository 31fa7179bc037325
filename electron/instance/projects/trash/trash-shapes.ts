import { z } from '@hono/zod-openapi';
import { actorShape } from '../../audit/audit-shapes.ts';
import { namedProjectShape } from '../project-shapes.ts';
import { trashKinds } from './trash-kind.ts';

export const trashEntryShape = z
  .object({
    id: z.int(),
    kind: z.enum(trashKinds),
    name: z
      .string()
      .nullable()
      .openapi({ description: 'Of the project or environment, or of its only variable; null for several' }),
    project: namedProjectShape.nullable().openapi({ description: 'Null for shared variables' }),
    environment_id: z.int().nullable().openapi({ description: 'Of an environment' }),
    environments: z.array(z.string()).openapi({ description: 'Where its variables were' }),
    names: z.array(z.string()).openapi({ description: 'The first ten names of its variables' }),
    created_at: z.int().openapi({ description: 'Of the oldest of what was deleted' }),
    variable_count: z.int(),
    secret_count: z.int(),
    deleted_at: z.int(),
    deleted_by: z.string(),
    deleted_by_actor: actorShape,
    kept_until: z.int().openapi({ description: 'When it is deleted for good' }),
    waits_for: z
      .int()
      .nullable()
      .openapi({ description: 'The entry of its project, where that must be restored before it' }),
  })
  .openapi('TrashEntry');
