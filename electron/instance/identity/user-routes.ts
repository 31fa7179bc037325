import { createRoute, z } from '@hono/zod-openapi';
import { AppError } from '../app-error.ts';
import { answer, body, createRoutes, noContent } from '../http/api.ts';
import { type Caller, requireConfirmed, requireOwner, requirePermission } from '../http/caller.ts';
import { pathId } from '../http/parameters.ts';
import { SecretText } from '../vault/secret-text.ts';
import type { Identity } from './identity.ts';
import { disableSecondFactor, enableSecondFactor, setUpSecondFactor } from './second-factor.ts';
import { secondFactorSetupShape, toUserJson, userShape } from './user-shapes.ts';
import {
  addRole,
  createUser,
  deleteUser,
  findUserByEmail,
  getUser,
  listUsers,
  parseRole,
  removeRole,
  restoreUser,
  setPassword,
  updateUser,
} from './users.ts';

const id = z.object({ id: pathId });
const password = z.string().min(1).max(1024);
const change = z.object({
  email: z.string().max(254).optional(),
  name: z.string().min(1).max(100).optional(),
  username: z.string().min(1).max(100).optional(),
});

/** People and their second factors. */
export function userRoutes(identity: Identity) {
  const { ctx, passwords } = identity;
  const app = createRoutes();

  function requireManager(caller: Caller): void {
    requirePermission(caller, 'users:write');
    requireConfirmed(caller, ctx.clock.now());
  }
  function requireSelf(caller: Caller): number {
    if ((caller.kind === 'user' || caller.kind === 'owner') && caller.userId !== null) return caller.userId;
    throw new AppError('forbidden', 'This is for someone signed in.');
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
          name: z.string().max(100).optional(),
          username: z.string().max(100).optional(),
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
      request: body(
        z.object({ email: z.string().max(254), name: z.string().max(100).default(''), password }),
      ),
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
      await setPassword(ctx, passwords, user.id, new SecretText(request.password));
      identity.throttle.noteSuccess(user.email);
      note('PASSWORD_RESET', caller, user.id);
      return c.body(null, 204);
    },
  );

  app.openapi(
    createRoute({
      method: 'patch',
      path: '/users/me',
      request: body(change.extend({ current_password: password.optional(), password: password.optional() })),
      responses: answer(userShape, 'Your account'),
    }),
    async (c) => {
      const caller = c.get('caller');
      const userId = requireSelf(caller);
      const request = c.req.valid('json');
      requireConfirmed(caller, ctx.clock.now());
      const { email, name, username } = request;
      updateUser(ctx, userId, {
        ...(email ? { email } : {}),
        ...(name ? { name } : {}),
        ...(username ? { username } : {}),
      });
      if (request.password !== undefined)
        await setPassword(ctx, passwords, userId, new SecretText(request.password));
      note('USER_UPDATED', caller, userId);
      return c.json(toUserJson(getUser(ctx, userId)));
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/users/me/mfa/setup',
      responses: answer(secondFactorSetupShape, 'Shown once'),
    }),
    (c) => {
      const caller = c.get('caller');
      const userId = requireSelf(caller);
      requireConfirmed(caller, ctx.clock.now());
      const made = setUpSecondFactor(ctx, userId);
      note('MFA_SET_UP', caller, userId);
      return c.json({
        secret_key: made.secret.reveal(),
        otpauth_url: made.otpauthUrl.reveal(),
        recovery_codes: made.recoveryCodes.map((code) => code.reveal()),
      });
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/users/me/mfa/verify',
      request: body(z.object({ code: z.string().max(16) })),
      responses: noContent('The second factor is on'),
    }),
    (c) => {
      const caller = c.get('caller');
      const userId = requireSelf(caller);
      identity.throttle.requireAllowed(caller.ip, `mfa ${userId}`);
      try {
        enableSecondFactor(ctx, userId, c.req.valid('json').code);
      } catch (error) {
        identity.throttle.noteFailure(caller.ip, `mfa ${userId}`);
        throw error;
      }
      note('MFA_ENABLED', caller, userId);
      return c.body(null, 204);
    },
  );

  app.openapi(
    createRoute({
      method: 'delete',
      path: '/users/me/mfa',
      responses: noContent('The second factor is off'),
    }),
    (c) => {
      const caller = c.get('caller');
      const userId = requireSelf(caller);
      requireConfirmed(caller, ctx.clock.now());
      disableSecondFactor(ctx, userId);
      note('MFA_DISABLED', caller, userId);
      return c.body(null, 204);
    },
  );

  app.openapi(
    createRoute({
      method: 'patch',
      path: '/users/{id}',
      request: { params: id, ...body(change) },
      responses: answer(userShape, 'The user'),
    }),
    (c) => {
      const caller = c.get('caller');
      requireManager(caller);
      const { id: userId } = c.req.valid('param');
      const { email, name, username } = c.req.valid('json');
      const user = updateUser(ctx, userId, {
        ...(email ? { email } : {}),
        ...(name ? { name } : {}),
        ...(username ? { username } : {}),
      });
      note('USER_UPDATED', caller, userId);
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
      deleteUser(ctx, userId);
      note('USER_DELETED', caller, userId);
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
      const user = restoreUser(ctx, c.req.valid('param').id);
      note('USER_RESTORED', caller, user.id);
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
      const user = addRole(ctx, c.req.valid('param').id, role);
      note('ROLE_GIVEN', caller, user.id, { role });
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
      const { id: userId, role } = c.req.valid('param');
      removeRole(ctx, userId, parseRole(role));
      note('ROLE_TAKEN', caller, userId, { role });
      return c.body(null, 204);
    },
  );

  return app;
}
