import { createRoute, z } from '@hono/zod-openapi';
import { parseProjectRole } from '../../access/permissions.ts';
import { act, answer, body, createRoutes, noContent } from '../../http/api.ts';
import { toAnswer } from '../../http/to-answer.ts';
import { getProjectOf } from '../../projects/project-of.ts';
import type { Identity } from '../identity.ts';
import { memberListShape, memberRole, memberShape, projectsOfPeopleShape } from './member-shapes.ts';
import { getPerson, giveProjectRole, listMembers, listProjectsOfPeople, takeProjectRole } from './members.ts';

const project = z.object({ project: z.string() });
const person = project.extend({
  user: z.string().max(254).openapi({
    description:
      'Id of an account, or its e-mail address: who may not see people names those without a role here by address',
  }),
});

/** `/projects/{project}/members`: who has a role in a project. */
export function memberRoutes({ ctx }: Identity) {
  const app = createRoutes();

  app.openapi(
    createRoute({
      method: 'get',
      path: '/projects/{project}/members',
      ...act('members_read'),
      request: { params: project },
      responses: answer(memberListShape, 'Who has a role in the project, besides their role in the instance'),
    }),
    (c) => {
      const members = listMembers(ctx, getProjectOf(ctx, c).id);
      return c.json(toAnswer(memberListShape, { members, total: members.length }));
    },
  );

  app.openapi(
    createRoute({
      method: 'put',
      path: '/projects/{project}/members/{user}',
      ...act('members_change'),
      request: { params: person, ...body(z.object({ role: memberRole })) },
      responses: answer(memberShape, 'The role they have now'),
    }),
    (c) => {
      const [actor, place] = [c.get('caller'), getProjectOf(ctx, c)];
      const { id } = getPerson(ctx, actor, place.id, c.req.valid('param').user);
      const role = parseProjectRole(c.req.valid('json').role);
      return c.json(toAnswer(memberShape, giveProjectRole(ctx, actor, place, id, role)));
    },
  );

  app.openapi(
    createRoute({
      method: 'delete',
      path: '/projects/{project}/members/{user}',
      ...act('members_change'),
      request: { params: person },
      responses: noContent('They have no role in the project any more; tokens they made for it have ended'),
    }),
    (c) => {
      const [actor, place] = [c.get('caller'), getProjectOf(ctx, c)];
      const { id } = getPerson(ctx, actor, place.id, c.req.valid('param').user);
      takeProjectRole(ctx, actor, place, id);
      return c.body(null, 204);
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/users/project-roles',
      ...act('people_read'),
      responses: answer(projectsOfPeopleShape, 'Roles in projects, of everyone who has one'),
    }),
    (c) => {
      const people = [...listProjectsOfPeople(ctx)].map(([userId, projects]) => ({ userId, projects }));
      return c.json(toAnswer(projectsOfPeopleShape, { people }));
    },
  );

  return app;
}
