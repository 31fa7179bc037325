import { z } from '@hono/zod-openapi';
import { projectRoles, roles } from '../../access/permissions.ts';

export const memberShape = z
  .object({
    user_id: z.int(),
    name: z.string(),
    email: z.string(),
    role: z.enum(projectRoles),
    instance_role: z.enum(roles).openapi({ description: 'With any but member they have every project' }),
    created_at: z.int(),
  })
  .openapi('ProjectMember');

export const memberListShape = z
  .object({ members: z.array(memberShape), total: z.int() })
  .openapi('ProjectMemberList');

export const projectsOfPeopleShape = z
  .object({
    people: z.array(
      z
        .object({
          user_id: z.int(),
          projects: z.array(
            z
              .object({ project_id: z.int(), name: z.string(), slug: z.string(), role: z.enum(projectRoles) })
              .openapi('ProjectOfPerson'),
          ),
        })
        .openapi('ProjectsOfPerson'),
    ),
  })
  .openapi('ProjectsOfPeople');

/** Of the body: any text, so that an unknown role is refused with what there is. */
export const memberRole = z.string().max(100);
