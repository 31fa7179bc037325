import { createRoute, z } from '@hono/zod-openapi';
import { type Caller, requireConfirmed, requireOwner, requirePermission } from '../../access/caller.ts';
import { parseRole } from '../../access/permissions.ts';
import { answer, body, createRoutes, noContent } from '../../http/api.ts';
import { pathId } from '../../http/parameters.ts';
import { shownText } from '../../http/shown-text.ts';
import { AppError } from '../../kernel/app-error.ts';
import { SecretText } from '../../vault/secret-text.ts';
import type { Identity } from '../identity.ts';
import { accountChange, password, toUserJson, userShape } from './user-shapes.ts';
import {
  addRole,
  createUser,
  deleteUser,
  findUserByEmail,
  listUsers,
  removeRole,
  restoreUser,
  setPasswordHash,
  updateUser,
} from './users.ts';

const id = z.object({ id: pathId });
/** People, as those who manage them see them. */
export function userRoutes(identity: Identity) {
  const { ctx, passwords } = identity;
  const app = createRoutes();

  function requireManager(caller: Caller): void {
    requirePermission(caller, 'users:write');
    requireConfirmed(caller, ctx.clock.now());
  }
  const note = (operation: string, caller: Caller, userId: number, data: object = {}) =>
    ctx.audit.append({ operation, caller, data: { user_id: userId, ...data } });

  app.openapi(
    createRoute({
      method: 'get',
      path: '/users',
      request: { query: z.object({ include_deleted: z.enum(['true', 'false']).default('false') }) },
      responses: answer(z.array(userShape), 'Users'),
    }),
    (c) => {
      requirePermission(c.get('caller'), 'users:read');
      return c.json(listUsers(ctx, c.req.valid('query').include_deleted === 'true').map(toUserJson));
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/users',
      request: body(
        z.object({
          email: z.string().max(254),
          name: shownText(0, 100).optional(),
          username: shownText(0, 100).optional(),
          password,
          roles: z.array(z.string()).default(['user']),
        }),
      ),
      responses: answer(userShape, 'The new user', 201),
    }),
    async (c) => {
      const caller = c.get('caller');
      requireManager(caller);
      const request = c.req.valid('json');
      const user = await createUser(ctx, passwords, {
        email: request.email,
        name: request.name ?? request.username ?? '',
        ...(request.username ? { username: request.username } : {}),
        password: new SecretText(request.password),
        roles: request.roles.map(parseRole),
      });
      note('USER_CREATED', caller, user.id, { roles: user.roles });
      return c.json(toUserJson(user), 201);
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/users/administrator',
      request: body(z.object({ email: z.string().max(254), name: shownText(0, 100).default(''), password })),
      responses: answer(userShape, 'The first administrator', 201),
    }),
    async (c) => {
      const caller = c.get('caller');
      requireOwner(caller);
      const request = c.req.valid('json');
      const user = await createUser(
        ctx,
        passwords,
        { ...request, password: new SecretText(request.password), roles: ['admin'] },
        true,
      );
      note('USER_CREATED', caller, user.id, { roles: user.roles });
      return c.json(toUserJson(user), 201);
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/users/reset-password',
      request: body(z.object({ email: z.string().max(254), password })),
      responses: noContent('The password is set; every session of the user is over'),
    }),
    async (c) => {
      const caller = c.get('caller');
      requireOwner(caller);
      requireConfirmed(caller, ctx.clock.now());
      const request = c.req.valid('json');
      const user = findUserByEmail(ctx, request.email);
      if (!user) throw new AppError('not_found', 'There is no user with this e-mail address.');
      const hash = await passwords.hash(new SecretText(request.password));
      ctx.store.transaction(() => {
        setPasswordHash(ctx, user.id, hash, null);
        identity.throttle.noteSuccess(user.email);
        note('PASSWORD_RESET', caller, user.id);
      });
      return c.body(null, 204);
    },
  );

  app.openapi(
    createRoute({
      method: 'patch',
      path: '/users/{id}',
      request: { params: id, ...body(accountChange) },
      responses: answer(userShape, 'The user'),
    }),
    (c) => {
      const caller = c.get('caller');
      requireManager(caller);
      const { id: userId } = c.req.valid('param');
      const user = ctx.store.transaction(() => {
        note('USER_UPDATED', caller, userId);
        return updateUser(ctx, userId, c.req.valid('json'));
      });
      return c.json(toUserJson(user));
    },
  );

  app.openapi(
    createRoute({
      method: 'delete',
      path: '/users/{id}',
      request: { params: id },
      responses: noContent('Deleted'),
    }),
    (c) => {
      const caller = c.get('caller');
      requireManager(caller);
      const { id: userId } = c.req.valid('param');
      ctx.store.transaction(() => {
        deleteUser(ctx, userId);
        note('USER_DELETED', caller, userId);
      });
      return c.body(null, 204);
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/users/{id}/restore',
      request: { params: id },
      responses: answer(userShape, 'The user'),
    }),
    (c) => {
      const caller = c.get('caller');
      requireManager(caller);
      const { id: userId } = c.req.valid('param');
      const user = ctx.store.transaction(() => {
        note('USER_RESTORED', caller, userId);
        return restoreUser(ctx, userId);
      });
      return c.json(toUserJson(user));
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/users/{id}/roles',
      request: { params: id, ...body(z.object({ role_type: z.string() })) },
      responses: answer(userShape, 'The user'),
    }),
    (c) => {
      const caller = c.get('caller');
      requireManager(caller);
      const role = parseRole(c.req.valid('json').role_type);
      const { id: userId } = c.req.valid('param');
      const user = ctx.store.transaction(() => {
        note('ROLE_GIVEN', caller, userId, { role });
        return addRole(ctx, userId, role);
      });
      return c.json(toUserJson(user));
    },
  );

  app.openapi(
    createRoute({
      method: 'delete',
      path: '/users/{id}/roles/{role}',
      request: { params: id.extend({ role: z.string() }) },
      responses: noContent('Taken away'),
    }),
    (c) => {
      const caller = c.get('caller');
      requireManager(caller);
      const { id: userId, role: text } = c.req.valid('param');
      const role = parseRole(text);
      ctx.store.transaction(() => {
        removeRole(ctx, userId, role);
        note('ROLE_TAKEN', caller, userId, { role });
      });
      return c.body(null, 204);
    },
  );

  return app;
}
