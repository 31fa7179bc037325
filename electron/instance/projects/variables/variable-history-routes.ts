import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { createNaming } from '../../audit/actors.ts';
import { type ApiEnv, act, answer, body } from '../../http/api.ts';
import { pathId, queryInteger } from '../../http/parameters.ts';
import { toAnswer } from '../../http/to-answer.ts';
import type { Context } from '../../kernel/context.ts';
import { describeEnd } from '../ends/end-shapes.ts';
import type { ReadRecorder } from '../reads/read-recorder.ts';
import { listUses } from './reference-check.ts';
import { revealToPerson, revertVariable } from './variable-changes.ts';
import { listVersions } from './variable-history.ts';
import { sightOf } from './variable-notes.ts';
import { referenceChoices, renameVariable } from './variable-rename.ts';
import type { ScopePath } from './variable-scope.ts';
import {
  renameOutcomeShape,
  toVariableJson,
  variableHistoryShape,
  variableShape,
  variableUsesShape,
  variableValueShape,
} from './variable-shapes.ts';
import { getVariable, getVariableByKey } from './variables.ts';

const revertBody = z.object({
  version: z.int(),
  expected_updated_at: z.int().optional(),
  allow_unresolved: z.boolean().default(false),
});

const renameBody = z.object({
  key: z.string().max(500),
  /** What becomes of references to it. Where there are some and this is not said, it is refused, and names them. */
  references: z.enum(referenceChoices).optional(),
  expected_updated_at: z.int().optional(),
});

/** The value of one variable, now and before, and who refers to it. */
export function addHistoryRoutes(
  app: OpenAPIHono<ApiEnv>,
  ctx: Context,
  reads: ReadRecorder,
  { path, params, find }: ScopePath,
): void {
  const one = params.extend({ id: pathId });

  app.openapi(
    createRoute({
      method: 'get',
      path: `${path}/{key}/value`,
      ...act('variables_reveal'),
      request: {
        params: params.extend({ key: z.string() }),
        query: z.object({ environment_id: queryInteger }),
      },
      responses: answer(variableValueShape, 'The value; recorded in the audit log'),
    }),
    async (c) => {
      const caller = c.get('caller');
      const scope = find(c);
      const { environment_id } = c.req.valid('query');
      // Names begin with no digit: what is a number is an id, and leaves no question which one is meant.
      const key = c.req.param('key') ?? '';
      const variable = /^\d{1,15}$/.test(key)
        ? getVariable(ctx, scope.projectId, Number(key))
        : getVariableByKey(ctx, scope.projectId, key, environment_id);
      const value = await revealToPerson(ctx, reads, caller, scope, variable);
      return c.json({ value: value.reveal() });
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: `${path}/{id}/history`,
      ...act('variables_read'),
      request: { params: one },
      responses: answer(variableHistoryShape, 'Versions; secrets without their values'),
    }),
    (c) => {
      const variable = getVariable(ctx, find(c).projectId, Number(c.req.param('id')));
      const naming = createNaming(ctx);
      const versions = listVersions(ctx, variable.id).map((known) => ({
        ...known,
        ...describeEnd(known),
        changedByActor: naming.byLabel(known.changedBy, known.changedAt),
      }));
      return c.json(toAnswer(variableHistoryShape, { versions }));
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: `${path}/{id}/revert`,
      ...act('variables_change'),
      request: { params: one, ...body(revertBody) },
      responses: answer(variableShape, 'The variable'),
    }),
    (c) => {
      const caller = c.get('caller');
      const scope = find(c);
      const request = c.req.valid('json');
      const reverted = revertVariable(ctx, caller, scope, Number(c.req.param('id')), request.version, {
        expectedUpdatedAt: request.expected_updated_at,
        allowUnresolved: request.allow_unresolved,
      });
      return c.json(toVariableJson(reverted, sightOf(caller), createNaming(ctx)));
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: `${path}/{id}/rename`,
      ...act('variables_change'),
      request: { params: one, ...body(renameBody) },
      responses: answer(renameOutcomeShape, 'The new name, and whose references were changed'),
    }),
    async (c) => {
      const caller = c.get('caller');
      const scope = find(c);
      const request = c.req.valid('json');
      const { variable, changed } = await renameVariable(ctx, caller, scope, Number(c.req.param('id')), {
        key: request.key,
        references: request.references,
        expectedUpdatedAt: request.expected_updated_at,
      });
      return c.json(toAnswer(renameOutcomeShape, { ...variable, changed }));
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: `${path}/{id}/used-by`,
      ...act('variables_read'),
      request: { params: one },
      responses: answer(variableUsesShape, 'Variables that refer to it'),
    }),
    async (c) => {
      const caller = c.get('caller');
      const { projectId } = find(c);
      const variable = getVariable(ctx, projectId, Number(c.req.param('id')));
      return c.json(toAnswer(variableUsesShape, await listUses(ctx, projectId, variable, sightOf(caller))));
    },
  );
}
