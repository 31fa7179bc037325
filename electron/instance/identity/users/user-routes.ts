import { createRoute, z } from '@hono/zod-openapi';
import { parseRole } from '../../access/permissions.ts';
import { act, answer, body, createRoutes, noContent } from '../../http/api.ts';
import { pathId } from '../../http/parameters.ts';
import { shownText } from '../../http/shown-text.ts';
import { toAnswer } from '../../http/to-answer.ts';
import { AppError } from '../../kernel/app-error.ts';
import { SecretText } from '../../vault/secret-text.ts';
import type { Identity } from '../identity.ts';
import { sessionsOfPeopleShape } from '../sessions/session-shapes.ts';
import { describeSession, endSessionOfPerson, listAllSessions } from '../sessions/sessions.ts';
import { listKeysOf } from '../tokens/made-keys.ts';
import { accountChange, keysOfPersonShape, password, toUserJson, userShape } from './user-shapes.ts';
import {
  addRole,
  createUser,
  deleteUser,
  findUserByEmail,
  getUser,
  listGuessedNames,
  listUsers,
  removeRole,
  resetPassword,
  restoreUser,
  updateUser,
} from './users.ts';

const id = z.object({ id: pathId });

/** Throws `invalid_request`, which names in its text what is missing: upstream's clients show nothing else of it. */
function requireGiven<T extends 'email' | 'password'>(
  request: { [Field in T]?: string | null | undefined },
  fields: readonly T[],
): Record<T, string> {
  const missing = fields.filter((field) => !request[field]);
  if (missing.length > 0)
    throw new AppError('invalid_request', `A new account needs ${missing.join(' and ')}.`, {
      fields: Object.fromEntries(missing.map((field) => [field, 'required'])),
    });
  return Object.fromEntries(fields.map((field) => [field, request[field]])) as Record<T, string>;
}

/** People, as those who manage them see them. */
export function userRoutes(identity: Identity) {
  const { ctx, passwords } = identity;
  const app = createRoutes();

  app.openapi(
    createRoute({
      method: 'get',
      path: '/users',
      ...act('people_read'),
      request: { query: z.object({ include_deleted: z.enum(['true', 'false']).default('false') }) },
      responses: answer(z.array(userShape), 'Users'),
    }),
    (c) => {
      return c.json(listUsers(ctx, c.req.valid('query').include_deleted === 'true').map(toUserJson));
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/users',
      ...act('people_change'),
      request: body(
        z.object({
          // Upstream's clients send null for what was not given.
          email: z.string().max(254).nullish(),
          name: shownText(0, 100).nullish(),
          username: shownText(0, 100).nullish(),
          password: z.string().max(1024).nullish(),
          roles: z.array(z.string()).max(10).default(['user']),
        }),
      ),
      responses: answer(userShape, 'The new user, who has to choose another password first', 201),
    }),
    async (c) => {
      const caller = c.get('caller');
      const request = c.req.valid('json');
      const { email, password: first } = requireGiven(request, ['email', 'password']);
      const user = await createUser(ctx, passwords, caller, {
        email,
        name: request.name ?? request.username ?? '',
        ...(request.username ? { username: request.username } : {}),
        password: new SecretText(first),
        mustChangePassword: true,
        roles: request.roles.map((role, at) => parseRole(role, `roles.${at}`)),
      });
      return c.json(toUserJson(user), 201);
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/users/administrator',
      ...act('people_first_administrator'),
      request: body(z.object({ email: z.string().max(254), name: shownText(0, 100).default(''), password })),
      responses: answer(userShape, 'The first administrator', 201),
    }),
    async (c) => {
      const caller = c.get('caller');
      const request = c.req.valid('json');
      const user = await createUser(
        ctx,
        passwords,
        caller,
        {
          ...request,
          password: new SecretText(request.password),
          mustChangePassword: false,
          roles: ['admin'],
        },
        true,
      );
      return c.json(toUserJson(user), 201);
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/users/reset-password',
      ...act('people_reset_password'),
      request: body(z.object({ email: z.string().max(254), password })),
      responses: noContent(
        'The password is set, for the user to choose another one; all their sessions and keys have ended',
      ),
    }),
    async (c) => {
      const caller = c.get('caller');
      const request = c.req.valid('json');
      const user = findUserByEmail(ctx, request.email);
      if (!user) throw new AppError('not_found', 'No user has this e-mail address.');
      const hash = await passwords.hash(
        new SecretText(request.password),
        user.email,
        listGuessedNames(ctx, user),
      );
      resetPassword(ctx, caller, user.id, hash);
      identity.throttle.noteSuccess({ what: 'password', email: user.email });
      return c.body(null, 204);
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/users/sessions',
      ...act('people_sessions'),
      responses: answer(sessionsOfPeopleShape, 'Where everyone is signed in, newest first'),
    }),
    (c) => {
      const people = new Map(listUsers(ctx, false).map((user) => [user.id, user]));
      const sessions = listAllSessions(ctx).map((session) => ({
        ...describeSession(session, identity.sightings),
        person: (session.userId !== null && people.get(session.userId)) || null,
      }));
      return c.json(toAnswer(sessionsOfPeopleShape, { sessions }));
    },
  );

  // Needs no confirmation, as for one's own.
  app.openapi(
    createRoute({
      method: 'delete',
      path: '/users/sessions/{id}',
      ...act('people_sessions'),
      request: { params: id },
      responses: noContent('The session has ended'),
    }),
    (c) => {
      endSessionOfPerson(ctx, identity.revocations, c.get('caller'), c.req.valid('param').id);
      return c.body(null, 204);
    },
  );

  app.openapi(
    createRoute({
      method: 'patch',
      path: '/users/{id}',
      ...act('people_change'),
      request: { params: id, ...body(accountChange) },
      responses: answer(userShape, 'The user'),
    }),
    (c) => {
      const caller = c.get('caller');
      return c.json(toUserJson(updateUser(ctx, caller, c.req.valid('param').id, c.req.valid('json'))));
    },
  );

  app.openapi(
    createRoute({
      method: 'delete',
      path: '/users/{id}',
      ...act('people_change'),
      request: { params: id },
      responses: noContent('Deleted'),
    }),
    (c) => {
      const caller = c.get('caller');
      deleteUser(ctx, caller, c.req.valid('param').id);
      return c.body(null, 204);
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/users/{id}/keys',
      ...act('people_read'),
      request: { params: id },
      responses: answer(
        keysOfPersonShape,
        'What they made that lets programs in: it ends with a new password, fewer rights, or the account',
      ),
    }),
    (c) => c.json(toAnswer(keysOfPersonShape, listKeysOf(ctx, getUser(ctx, c.req.valid('param').id).id))),
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/users/{id}/restore',
      ...act('people_change'),
      request: { params: id },
      responses: answer(userShape, 'The user'),
    }),
    (c) => {
      const caller = c.get('caller');
      return c.json(toUserJson(restoreUser(ctx, caller, c.req.valid('param').id)));
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/users/{id}/roles',
      ...act('people_change'),
      // Upstream's clients name the account once more.
      request: { params: id, ...body(z.object({ role_type: z.string(), user_id: z.int().optional() })) },
      responses: answer(userShape, 'The user'),
    }),
    (c) => {
      const caller = c.get('caller');
      const { id: userId } = c.req.valid('param');
      const { role_type, user_id = userId } = c.req.valid('json');
      if (user_id !== userId)
        throw new AppError('invalid_request', 'The path and the body name two accounts.', {
          fields: { user_id: 'another account than the path names' },
        });
      return c.json(toUserJson(addRole(ctx, caller, userId, parseRole(role_type))));
    },
  );

  app.openapi(
    createRoute({
      method: 'delete',
      path: '/users/{id}/roles/{role}',
      ...act('people_change'),
      request: { params: id.extend({ role: z.string() }) },
      responses: noContent('Removed'),
    }),
    (c) => {
      const caller = c.get('caller');
      const { id: userId, role } = c.req.valid('param');
      removeRole(ctx, caller, userId, parseRole(role));
      return c.body(null, 204);
    },
  );

  return app;
}
