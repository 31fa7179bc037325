import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { mayDo, requireAct } from '../../access/acts.ts';
import type { Caller } from '../../access/caller.ts';
import { createNaming } from '../../audit/actors.ts';
import { type ApiEnv, act, answer, body, createRoutes, noContent } from '../../http/api.ts';
import { sendCompressed } from '../../http/long-json.ts';
import { pathId, queryInteger } from '../../http/parameters.ts';
import type { Context } from '../../kernel/context.ts';
import { createQueue, type Queue } from '../../kernel/queue.ts';
import { SecretText } from '../../vault/secret-text.ts';
import { saidEnd } from '../ends/end-shapes.ts';
import { endInForce } from '../ends/variable-end.ts';
import { listEnvironments } from '../environments.ts';
import { guessSecret } from '../guessing/secret-guess.ts';
import type { ReadRecorder } from '../reads/read-recorder.ts';
import {
  createVariable,
  deleteMany,
  deleteVariable,
  encryptMany,
  looksSecret,
  readVersion,
  setEnvironmentsOfMany,
  updateVariable,
} from './variable-changes.ts';
import { addHistoryRoutes } from './variable-history-routes.ts';
import { maySee, type Scope, type Sight, sightOf } from './variable-notes.ts';
import { referenceChoices, renameVariable } from './variable-rename.ts';
import type { VariableFields } from './variable-rows.ts';
import { listScopePaths, type ScopePath } from './variable-scope.ts';
import { bulkChangeShape, saidNote, toVariableJson, variableShape } from './variable-shapes.ts';
import { getVariable, listVariablesAs, type Variable } from './variables.ts';

const environmentIds = z.array(z.int()).max(1000);
const createBody = z.object({
  key: z.string().max(500),
  value: z.string(),
  environment_ids: environmentIds.optional(),
  include_in_preview: z.boolean().optional(),
  expires_at: saidEnd.optional(),
  note: saidNote.optional(),
  /** Plain unless said, as clients of Temps have it; `guess` decides by name and value, in doubt for a secret. */
  is_secret: z.union([z.boolean(), z.literal('guess')]).default(false),
  allow_unresolved: z.boolean().default(false),
});
const updateBody = createBody.partial().extend({
  /** `guess` leaves a secret one, and makes a plain one secret where its name and new value look like it; unless said, it stays what it is. */
  is_secret: z.union([z.boolean(), z.literal('guess')]).optional(),
  value: z.string().nullish(),
  /** Instead of a value: that of this earlier version, which nobody has to read to take it back. */
  value_of_version: z.int().optional(),
  /**
   * True keeps the value, whatever `value` says; false takes it as it is, also empty or of asterisks. Unless said, both of
   * these keep a secret.
   */
  keep_value: z.boolean().optional(),
  expected_updated_at: z.int().optional(),
  /**
   * With a new name: what becomes of references to the old one, in the same transaction. Unless said they are left, as clients of
   * Temps have it.
   */
  references: z.enum(referenceChoices).optional(),
});
const many = z.object({
  ids: z.array(z.int()).min(1).max(10_000),
  /** By id, as each was seen last. */
  expected_updated_at: z.record(z.string(), z.int()).default({}),
});
const bulkBody = z.discriminatedUnion('action', [
  many.extend({ action: z.literal('delete') }),
  many.extend({
    action: z.literal('set_environments'),
    environment_ids: environmentIds.default([]),
    /** Others for single ones, by id. */
    environment_ids_of: z.record(z.string(), environmentIds).default({}),
    allow_unresolved: z.boolean().default(false),
  }),
  many.extend({ action: z.literal('make_secret') }),
]);

/** Variables of a project, and the shared ones. The same routes serve both. */
export function variableRoutes(ctx: Context, reads: ReadRecorder) {
  const app = createRoutes();
  const listing = createQueue();
  for (const scope of listScopePaths(ctx)) {
    addReading(app, ctx, scope, listing);
    addSaving(app, ctx, scope);
    addDeleting(app, ctx, scope);
    addBulk(app, ctx, scope);
    addHistoryRoutes(app, ctx, reads, scope);
  }
  return app;
}

/** @param listing SECURITY: what one list keeps is bounded, so one at a time, what all of them keep is bounded too. */
function addReading(
  app: OpenAPIHono<ApiEnv>,
  ctx: Context,
  { path, params, find }: ScopePath,
  listing: Queue,
): void {
  app.openapi(
    createRoute({
      method: 'get',
      path,
      ...act('variables_read'),
      request: {
        params,
        query: z.object({ environment_id: queryInteger, search: z.string().max(500).optional() }),
      },
      responses: answer(z.array(variableShape), 'Variables; secrets without their values'),
    }),
    async (c) => {
      const caller = c.get('caller');
      const { projectId } = find(c);
      const { environment_id, search } = c.req.valid('query');
      return await listing(async () => {
        const sight = sightOf(caller);
        const filter = { environmentId: environment_id, search };
        const naming = createNaming(ctx);
        const turn = (variable: Variable) => toVariableJson(variable, sight, naming);
        return await sendCompressed(c, await listVariablesAs(ctx, projectId, filter, turn));
      });
    },
  );
}

function addSaving(app: OpenAPIHono<ApiEnv>, ctx: Context, { path, params, find }: ScopePath): void {
  app.openapi(
    createRoute({
      method: 'post',
      path,
      ...act('variables_change'),
      request: { params, ...body(createBody) },
      responses: answer(variableShape, 'The variable', 201),
    }),
    (c) => {
      const caller = c.get('caller');
      const scope = find(c);
      const request = c.req.valid('json');
      const fields: VariableFields = {
        key: request.key,
        value: new SecretText(request.value),
        isSecret:
          request.is_secret === 'guess'
            ? guessSecret(request.key, request.value).isSecret
            : request.is_secret,
        environmentIds: request.environment_ids ?? listAllEnvironments(ctx, scope.projectId),
        includeInPreview: request.include_in_preview ?? false,
        end: request.expires_at,
        note: request.note,
      };
      const conditions = { allowUnresolved: request.allow_unresolved };
      const created = createVariable(ctx, caller, scope, fields, conditions);
      return c.json(toVariableJson(created, sightOf(caller), createNaming(ctx)), 201);
    },
  );

  app.openapi(
    createRoute({
      method: 'put',
      path: `${path}/{id}`,
      ...act('variables_change'),
      request: { params: params.extend({ id: pathId }), ...body(updateBody) },
      responses: answer(variableShape, 'The variable'),
    }),
    async (c) => {
      const caller = c.get('caller');
      const scope = find(c);
      const id = Number(c.req.param('id'));
      const request = c.req.valid('json');
      const sight = sightOf(caller);
      const known = getVariable(ctx, scope.projectId, id);
      const earlier =
        request.value_of_version === undefined ? null : readVersion(ctx, known, request.value_of_version);
      const value =
        earlier === null
          ? findNewValue(request, known, {
              ...sight,
              // SECURITY: that nothing changed tells an unconfirmed session the value as well as reading it does.
              mayReveal: sight.mayReveal && mayDo(caller, 'variables_reveal', ctx.clock.now()),
            })
          : earlier.value;
      const change = toChange(request, known, value);
      const conditions = {
        expectedUpdatedAt: request.expected_updated_at,
        allowUnresolved: request.allow_unresolved ?? false,
        isValueUnseen: earlier !== null && !maySee(sight, earlier),
      };
      const { key = known.key, references } = request;
      const isRenamed = references !== undefined && key !== known.key;
      const updated = isRenamed
        ? (await renameVariable(ctx, caller, scope, id, { key, references, change, ...conditions })).variable
        : updateVariable(ctx, caller, scope, id, change, conditions);
      return c.json(toVariableJson(updated, sight, createNaming(ctx)));
    },
  );
}

function listAllEnvironments(ctx: Context, projectId: number | null): number[] {
  return projectId === null ? [] : listEnvironments(ctx, projectId).map(({ id }) => id);
}

function toChange(
  request: z.infer<typeof updateBody>,
  old: Variable,
  value: SecretText | undefined,
): Partial<VariableFields> {
  const isSecret =
    request.is_secret === 'guess' ? looksSecret(request.key ?? old.key, value) : request.is_secret;
  return {
    ...(isEndInForce(request, old) ? {} : { end: request.expires_at }),
    ...(request.key === undefined ? {} : { key: request.key }),
    ...(value === undefined ? {} : { value }),
    ...(isSecret === undefined ? {} : { isSecret }),
    ...(request.environment_ids === undefined ? {} : { environmentIds: request.environment_ids }),
    ...(request.include_in_preview === undefined ? {} : { includeInPreview: request.include_in_preview }),
    ...(request.note === undefined ? {} : { note: request.note }),
  };
}

/** Clients send back what they were shown: the end that is in force is none said by hand. */
const isEndInForce = ({ expires_at: said }: z.infer<typeof updateBody>, old: Variable): boolean =>
  typeof said === 'number' && said === endInForce(old).at;

/**
 * Clients send back what they were shown: unless `keep_value` says otherwise, `******`, empty and absent mean "keep" for a
 * secret, and the same value for a plain one. SECURITY: who was shown nothing makes a new version, also of the same value.
 */
function findNewValue(
  { value, keep_value: isKept }: z.infer<typeof updateBody>,
  old: Variable,
  { mayRead }: Sight,
): SecretText | undefined {
  if (isKept) return undefined;
  const isMask = old.isSecret && isKept === undefined && (value === '' || /^\*{6,}$/.test(value ?? ''));
  const isSame = !old.isSecret && mayRead && value === old.value;
  return isMask || isSame || value == null ? undefined : new SecretText(value);
}

function addDeleting(app: OpenAPIHono<ApiEnv>, ctx: Context, { path, params, find }: ScopePath): void {
  app.openapi(
    createRoute({
      method: 'delete',
      path: `${path}/{id}`,
      ...act('variables_delete'),
      request: {
        params: params.extend({ id: pathId }),
        query: z.object({ expected_updated_at: queryInteger }),
      },
      responses: noContent('Deleted'),
    }),
    (c) => {
      const caller = c.get('caller');
      const scope = find(c);
      const { expected_updated_at } = c.req.valid('query');
      deleteVariable(ctx, caller, scope, Number(c.req.param('id')), expected_updated_at);
      return c.body(null, 204);
    },
  );
}

function addBulk(app: OpenAPIHono<ApiEnv>, ctx: Context, { path, params, find }: ScopePath): void {
  app.openapi(
    createRoute({
      method: 'post',
      path: `${path}/bulk`,
      ...act('signed_in', 'variables_change', 'variables_delete'),
      request: { params, ...body(bulkBody) },
      responses: answer(bulkChangeShape, 'Number of changed variables: all or none'),
    }),
    async (c) => {
      const caller = c.get('caller');
      const request = c.req.valid('json');
      requireAct(
        caller,
        request.action === 'delete' ? 'variables_delete' : 'variables_change',
        ctx.clock.now(),
      );
      const scope = find(c);
      return c.json({ changed: await changeMany(ctx, caller, scope, request) });
    },
  );
}

async function changeMany(
  ctx: Context,
  caller: Caller,
  scope: Scope,
  request: z.infer<typeof bulkBody>,
): Promise<number> {
  const which = { ids: request.ids, expectedUpdatedAt: request.expected_updated_at };
  if (request.action === 'delete') return await deleteMany(ctx, caller, scope, which);
  if (request.action === 'make_secret') return await encryptMany(ctx, caller, scope, which);
  return await setEnvironmentsOfMany(ctx, caller, scope, {
    ...which,
    environmentIds: request.environment_ids,
    environmentIdsOf: request.environment_ids_of,
    allowUnresolved: request.allow_unresolved,
  });
}
