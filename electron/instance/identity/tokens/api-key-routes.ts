import { createRoute, z } from '@hono/zod-openapi';
import type { Context as HonoContext } from 'hono';
import { requireAct } from '../../access/acts.ts';
import { describePermission, findDaysByChoice, permissions, roles } from '../../access/permissions.ts';
import { createNaming } from '../../audit/actors.ts';
import { type ApiEnv, act, answer, body, createRoutes, noContent } from '../../http/api.ts';
import { pathId } from '../../http/parameters.ts';
import { displayName } from '../../http/shown-text.ts';
import { findConsoleBase } from '../console-base.ts';
import type { Identity } from '../identity.ts';
import {
  type ApiKey,
  type ApiKeyChange,
  createApiKey,
  deleteApiKey,
  getApiKeyFor,
  getApiKeyToChange,
  isWidening,
  limitApiKey,
  listApiKeys,
  rotateApiKey,
  switchApiKey,
  updateApiKey,
} from './api-keys.ts';
import { listGranted } from './key-grants.ts';
import {
  allowedFrom,
  apiKeyListShape,
  apiKeyShape,
  availablePermissionsShape,
  expiry,
  newApiKeyShape,
  toKeyJson,
  toMs,
} from './token-shapes.ts';
import { listUsageExamples } from './usage-examples.ts';

const id = z.object({ id: pathId });
const name = displayName(100);

/** API keys of the instance. */
export function apiKeyRoutes(identity: Identity) {
  const { ctx } = identity;
  const app = createRoutes();
  const toJson = (key: ApiKey) => toKeyJson(key, createNaming(ctx));
  const listExamples = (c: HonoContext<ApiEnv>) =>
    listUsageExamples(ctx, findConsoleBase(identity, c), '/user/me');

  app.openapi(
    createRoute({
      method: 'get',
      path: '/api-keys',
      ...act('api_keys_read'),
      responses: answer(apiKeyListShape, 'API keys, without the keys'),
    }),
    (c) => {
      identity.lastUse.flush();
      const keys = listApiKeys(ctx, c.get('caller'));
      const naming = createNaming(ctx);
      return c.json({ api_keys: keys.map((key) => toKeyJson(key, naming)), total: keys.length });
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/api-keys/permissions',
      ...act('api_keys_read'),
      responses: answer(availablePermissionsShape, 'Permissions an API key can have'),
    }),
    (c) => {
      return c.json({
        permissions: permissions.map((permission) => ({
          name: permission,
          description: describePermission(permission),
          category: permission.split(':')[0] ?? '',
          by_choice_days: findDaysByChoice(permission),
        })),
        roles: roles.map((role) => ({
          name: role,
          description: `What ${role === 'admin' ? 'an administrator' : `a ${role}`} may do`,
          permissions: [...listGranted(role, null)],
        })),
      });
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/api-keys',
      ...act('api_keys_create', 'api_keys_create_by_choice'),
      request: body(
        z.object({
          name,
          role_type: z.string(),
          expires_at: expiry,
          permissions: z.array(z.string()).max(100).nullable().optional(),
          hide_secrets: z
            .boolean()
            .optional()
            .openapi({ description: 'Without the values of secrets: it sees only that they are set' }),
          allowed_from: allowedFrom,
        }),
      ),
      responses: answer(newApiKeyShape, 'The key; api_key is shown only once', 201),
    }),
    (c) => {
      const caller = c.get('caller');
      const request = c.req.valid('json');
      const { key, text } = createApiKey(ctx, caller, {
        name: request.name,
        roleType: request.role_type,
        expiresAt: toMs(request.expires_at),
        permissions: request.permissions,
        hidesSecrets: request.hide_secrets,
        allowedFrom: request.allowed_from,
      });
      return c.json({ ...toJson(key), api_key: text.reveal(), examples: listExamples(c) }, 201);
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/api-keys/{id}',
      ...act('api_keys_read'),
      request: { params: id },
      responses: answer(apiKeyShape, 'The API key'),
    }),
    (c) => {
      return c.json(toJson(getApiKeyFor(ctx, c.get('caller'), c.req.valid('param').id)));
    },
  );

  app.openapi(
    createRoute({
      method: 'put',
      path: '/api-keys/{id}',
      ...act(
        'api_keys_withdraw',
        'api_keys_widen',
        'api_keys_limit',
        'api_keys_of_others',
        'api_keys_create_by_choice',
      ),
      request: {
        params: id,
        ...body(
          z.object({
            name: name.optional(),
            is_active: z.boolean().optional(),
            expires_at: expiry,
            permissions: z.array(z.string()).max(100).nullable().optional(),
            allowed_from: allowedFrom,
          }),
        ),
      },
      responses: answer(apiKeyShape, 'The API key'),
    }),
    (c) => {
      const caller = c.get('caller');
      const request = c.req.valid('json');
      const wanted: ApiKeyChange = {
        name: request.name,
        isActive: request.is_active,
        expiresAt: toMs(request.expires_at),
        permissions: request.permissions,
      };
      if (isWidening(wanted)) requireAct(caller, 'api_keys_widen', ctx.clock.now());
      const { id: keyId } = c.req.valid('param');
      const { allowed_from } = request;
      // Both or neither.
      const changed = ctx.store.transaction(() => {
        const limited = allowed_from === undefined ? null : limitApiKey(ctx, caller, keyId, allowed_from);
        const isLimitAlone = Object.values(wanted).every((value) => value === undefined);
        return limited && isLimitAlone ? limited : updateApiKey(ctx, caller, keyId, wanted);
      });
      return c.json(toJson(changed));
    },
  );

  app.openapi(
    createRoute({
      method: 'delete',
      path: '/api-keys/{id}',
      ...act('api_keys_withdraw', 'api_keys_of_others'),
      request: { params: id },
      responses: noContent('Deleted'),
    }),
    (c) => {
      const caller = c.get('caller');
      const { id: keyId } = getApiKeyToChange(ctx, caller, c.req.valid('param').id);
      identity.revocations.revoke('api_keys', keyId, () => deleteApiKey(ctx, caller, keyId));
      return c.body(null, 204);
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/api-keys/{id}/rotate',
      ...act('api_keys_create', 'api_keys_of_others', 'api_keys_create_by_choice'),
      request: { params: id },
      responses: answer(newApiKeyShape, 'The key; api_key is shown only once, and the one before has ended'),
    }),
    (c) => {
      const { key, text } = rotateApiKey(ctx, c.get('caller'), c.req.valid('param').id);
      return c.json({ ...toJson(key), api_key: text.reveal(), examples: listExamples(c) });
    },
  );

  for (const [action, isActive] of [
    ['activate', true],
    ['deactivate', false],
  ] as const) {
    app.openapi(
      createRoute({
        method: 'post',
        path: `/api-keys/{id}/${action}`,
        ...act(
          isActive ? 'api_keys_widen' : 'api_keys_withdraw',
          'api_keys_of_others',
          ...(isActive ? (['api_keys_create_by_choice'] as const) : []),
        ),
        request: { params: id },
        responses: answer(apiKeyShape, 'The API key'),
      }),
      (c) => {
        const caller = c.get('caller');
        const { id: keyId } = getApiKeyToChange(ctx, caller, Number(c.req.param('id')));
        const change = () => switchApiKey(ctx, caller, keyId, isActive);
        if (isActive) {
          return c.json(toJson(change()));
        }
        identity.revocations.revoke('api_keys', keyId, change);
        return c.json(toJson({ ...getApiKeyFor(ctx, caller, keyId), isActive: false }));
      },
    );
  }

  return app;
}
