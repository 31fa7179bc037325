import { createRoute, z } from '@hono/zod-openapi';
import { parseRole } from '../../access/permissions.ts';
import { createNaming } from '../../audit/actors.ts';
import { act, answer, body, createRoutes, noContent } from '../../http/api.ts';
import { clientOf } from '../../http/client.ts';
import { pathId } from '../../http/parameters.ts';
import { setSessionCookie } from '../../http/session-cookie.ts';
import { shownText } from '../../http/shown-text.ts';
import { toAnswer } from '../../http/to-answer.ts';
import { SecretText } from '../../vault/secret-text.ts';
import { findConsoleBase } from '../console-base.ts';
import type { Identity } from '../identity.ts';
import { signedInShape } from '../sessions/session-shapes.ts';
import {
  acceptInvitation,
  createInvitation,
  findInvitation,
  findInviter,
  type Invitation,
  listInvitations,
  MAX_INVITATION_HOURS,
  mayInviterStill,
  nameInviter,
  revokeInvitation,
} from './invitations.ts';
import {
  invitationListShape,
  invitationShape,
  newInvitationShape,
  openedInvitationShape,
  password,
} from './user-shapes.ts';

// SECURITY: in bodies alone, never in an address, which is logged and kept by browsers.
const token = z.string().min(1).max(100);

/** Invitations: made, listed and revoked by those who manage people; opened by whoever has the link. */
export function invitationRoutes(identity: Identity) {
  const { ctx } = identity;
  const app = createRoutes();
  const toJson = (invitation: Invitation, naming = createNaming(ctx)) =>
    toAnswer(invitationShape, {
      ...invitation,
      invitedBy: nameInviter(ctx, invitation),
      invitedByActor: findInviter(naming, invitation),
      isVoid: !mayInviterStill(identity, invitation),
    });

  app.openapi(
    createRoute({
      method: 'get',
      path: '/users/invitations',
      ...act('people_read'),
      responses: answer(invitationListShape, 'Invitations that wait, without their links'),
    }),
    (c) => {
      const naming = createNaming(ctx);
      return c.json({ invitations: listInvitations(ctx).map((invitation) => toJson(invitation, naming)) });
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/users/invitations',
      ...act('people_change'),
      request: body(
        z.object({
          email: z.string().max(254),
          name: shownText(0, 100).default(''),
          role_type: z.string().default('user'),
          hours: z
            .int()
            .min(1)
            .max(MAX_INVITATION_HOURS)
            .optional()
            .openapi({ description: `For how long the link is good; ${MAX_INVITATION_HOURS} at most` }),
        }),
      ),
      responses: answer(newInvitationShape, 'The invitation; its link is shown only once', 201),
    }),
    (c) => {
      const { role_type, ...request } = c.req.valid('json');
      const { invitation, token: text } = createInvitation(ctx, c.get('caller'), {
        ...request,
        role: parseRole(role_type),
      });
      // SECURITY: in the fragment, which browsers send to no server.
      const path = `/invite#token=${text}`;
      return c.json(
        { ...toJson(invitation), path, link: `${findConsoleBase(identity, c) ?? ''}${path}` },
        201,
      );
    },
  );

  app.openapi(
    createRoute({
      method: 'delete',
      path: '/users/invitations/{id}',
      ...act('people_invitations_revoke'),
      request: { params: z.object({ id: pathId }) },
      responses: noContent('Its link opens nothing any more'),
    }),
    (c) => {
      revokeInvitation(ctx, c.get('caller'), c.req.valid('param').id);
      return c.body(null, 204);
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/auth/invitation',
      ...act('sign_in'),
      request: body(z.object({ token })),
      responses: answer(openedInvitationShape, 'Who is invited, for the holder of the link'),
    }),
    (c) => {
      c.set('isQuestion', true);
      const invitation = findInvitation(identity, c.req.valid('json').token, clientOf(c));
      return c.json(
        toAnswer(openedInvitationShape, {
          ...invitation,
          invitedBy: nameInviter(ctx, invitation),
          instanceName: ctx.store.identity.name,
        }),
      );
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/auth/invitation/accept',
      ...act('sign_in'),
      request: body(z.object({ token, name: shownText(0, 100).default(''), password })),
      responses: answer(signedInShape, 'The account exists and is signed in', 201),
    }),
    async (c) => {
      const { token: given, name, password: text } = c.req.valid('json');
      const opened = await acceptInvitation(
        identity,
        given,
        { name, password: new SecretText(text) },
        clientOf(c),
      );
      setSessionCookie(c, ctx, opened.token, opened.maxAgeS);
      return c.json(
        {
          success: true,
          message: 'Account created',
          user_id: opened.session.userId,
          mfa_required: false,
          password_change_required: false,
        },
        201,
      );
    },
  );

  return app;
}
