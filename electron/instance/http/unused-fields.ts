import { z } from '@hono/zod-openapi';

export const UNUSED = 'Accepted and not used:';

/** A field of upstream's clients that means nothing here, and why; with the values that lose nothing by it. */
const unused = (why: string, values: z.ZodType = z.unknown()) =>
  values.optional().openapi({ description: `${UNUSED} ${why}` });

const NOT_BUILT = 'nothing is built here yet.';
const NO_GIT = 'there are no connections to git hosts here yet.';
/** SECURITY: refused when it is asked for: who asks believes that it protects. */
const noProtection = unused(
  'there is no traffic to protect yet. Only false is taken.',
  z.literal(false).nullable(),
);

/**
 * The one table of what is taken and not used. Every other field that the shape of a body does not name is refused
 * (closed-shape.ts). These are sent by upstream's clients, whatever was asked for.
 */
export const unusedFields = {
  project: {
    build_command: unused(NOT_BUILT),
    custom_domain: unused('domains are not served here yet. Only null is taken.', z.null()),
    exposed_port: unused(NOT_BUILT),
    git_provider_connection_id: unused(NO_GIT),
    install_command: unused(NOT_BUILT),
    is_on_demand: unused(NOT_BUILT),
    is_public_repo: unused(NO_GIT),
    is_web_app: unused(NOT_BUILT),
    output_dir: unused(NOT_BUILT),
    performance_metrics_enabled: unused(NOT_BUILT),
    preset_config: unused(NOT_BUILT),
    project_type: unused(NOT_BUILT),
    storage_service_ids: unused(
      'there are no services here yet. Only an empty list is taken.',
      z.array(z.int()).max(0),
    ),
    use_default_wildcard: unused('domains are not served here yet.'),
  },
  projectChange: {
    environment_variables: unused(
      'variables of a project that is there are set one by one. Only an empty list is taken.',
      z.array(z.unknown()).max(0).nullable(),
    ),
  },
  projectSettings: {
    attack_mode: noProtection,
    git_provider_connection_id: unused(NO_GIT),
  },
  settings: {
    /** SECURITY: a password that is not there to be encrypted is not kept at all; a mask or nothing means none. */
    secret: unused(
      'nothing would use it. Only nothing, or a mask, is taken.',
      z.string().regex(/^\**$/, 'no password or key is kept here yet, since nothing would use it').nullable(),
    ),
    /** Of an answer, by clients that send back all that they read. */
    echoed: {
      message: unused('it is said in answers.'),
      not_applied: unused('it is said in answers.'),
    },
  },
} as const;
