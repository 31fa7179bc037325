import { requireAct } from './access/acts.ts';
import { createOwner } from './doors/socket-door.ts';
import { createDamageFinder } from './http/damage.ts';
import { createEvents } from './kernel/events.ts';
import { type InstanceOptions, type OpenedData, openData } from './opened-data.ts';
import { resolveAll } from './projects/env-files/env-export.ts';
import { getEnvironment, PRODUCTION } from './projects/environments.ts';
import { getProject } from './projects/projects.ts';
import { createReadRecorder } from './projects/reads/read-recorder.ts';

/** A variable of a program, as the API gives it (`ResolvedVariable`). */
export interface RunVariable {
  key: string;
  value: string;
  is_secret: boolean;
}

/**
 * What `GET /projects/{project}/variables/resolved` gives the owner, from a data directory in which no instance runs: the same act,
 * use case and records, without the API's routes, which take longer to load than all of this. Throws as `openInstance` and that route
 * do.
 *
 * @param environment production where none is said.
 */
export async function resolveAlone(
  options: InstanceOptions,
  project: string,
  environment: string = PRODUCTION,
): Promise<RunVariable[]> {
  const data = await openData(options, { events: createEvents(), ownership: null });
  try {
    return await resolve(data, project, environment);
  } catch (error) {
    throw await createDamageFinder(data.ctx)(error);
  } finally {
    // SECURITY: whatever throws, the key is removed from memory and the data directory is released.
    data.stopper.abort();
    try {
      data.close();
    } finally {
      data.ownership?.release();
    }
  }
}

async function resolve({ ctx }: OpenedData, project: string, environment: string): Promise<RunVariable[]> {
  const owner = createOwner('socket', ctx.clock.now());
  requireAct(owner, 'variables_reveal', ctx.clock.now());
  const reads = createReadRecorder(ctx);
  const found = getProject(ctx, project);
  const place = { project: found, environment: getEnvironment(ctx, found.id, environment) };
  try {
    const { variables } = await resolveAll(ctx, reads, owner, place, {
      skipUnreadable: false,
      purpose: 'run',
    });
    return variables.map(({ key, value, isSecret }) => ({ key, value: value.reveal(), is_secret: isSecret }));
  } finally {
    reads.flush();
    ctx.audit.flush();
  }
}
