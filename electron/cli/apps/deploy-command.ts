import type { Schemas } from '../api-request.ts';
import type { Client } from '../client.ts';
import { type Command, findText, type Invocation } from '../command.ts';
import { CommandError, usageError } from '../command-error.ts';
import { projectOptions } from '../project-scope.ts';
import { type AppPath, readAppPath, readNumber, withApps } from './app-scope.ts';
import { FOLLOW_NOTES, followDeployment, followOptions } from './follow-deployment.ts';

const MOST_SECONDS = 600;
const MOST_PORT = 65_535;

export const commands: Record<string, Command> = {
  deploy: {
    usage:
      'deploy -p PROJECT [-e ENV] [--image REF] [--port N|none] [--probe PATH|tcp] [--within SECONDS] [--pull] [--no-wait]',
    summary:
      'Runs an image with the variables of an environment; once it works, requests go to it, and what ran before is ended.',
    notes: `${FOLLOW_NOTES}
--image   what Docker calls it: nginx:1.27, ghcr.io/ada/shop:2. Without it, the one that deploy was told last, once more.
--port    where it serves HTTP. none: as its image says, or where it listens.
--probe   the path that is asked until it gives a status below 500, / at first; tcp: whether the port takes connections.
--within  how many seconds that may take, 60 at first.
--pull    asks the registry, although an image of this name is here.
Port, probe and time are kept for the next deployment.`,
    options: {
      ...projectOptions,
      image: { type: 'string' },
      port: { type: 'string' },
      probe: { type: 'string' },
      within: { type: 'string' },
      pull: { type: 'boolean' },
      ...followOptions,
    },
    findMisuse: ([image]) =>
      image === undefined
        ? undefined
        : `The image stands behind --image: temps-desktop deploy -p PROJECT --image ${image}`,
    run: deploy,
  },
};

async function deploy(invocation: Invocation): Promise<number> {
  const path = readAppPath(invocation);
  const image = findText(invocation, 'image');
  const port = findText(invocation, 'port') === 'none' ? null : readNumber(invocation, 'port', MOST_PORT);
  const changed = readProbe(invocation);
  const pull = invocation.values.pull === true;
  return await withApps(
    invocation,
    async (client) => {
      const probe = changed && { ...(await findProbe(client, path)), ...changed };
      const asked = await client
        .post('/projects/{project}/environments/{environment}/app/deploy', {
          path,
          body: { image, port, probe, pull },
        })
        .catch((error: unknown) => {
          throw isImageMissing(error)
            ? usageError('Nothing was deployed here yet. Say which image it runs: --image REF.')
            : error;
        });
      return await followDeployment(invocation, client, path, asked);
    },
    { needsInstance: true },
  );
}

type Probe = Schemas['Probe'];

function readProbe(invocation: Invocation): Partial<Probe> | undefined {
  const probe = findText(invocation, 'probe');
  const within = readNumber(invocation, 'within', MOST_SECONDS);
  if (probe !== undefined && probe !== 'tcp' && !probe.startsWith('/'))
    throw usageError('--probe must be a path that begins with /, or tcp.');
  if (probe === undefined && within === undefined) return undefined;
  return {
    ...(probe === undefined ? {} : probe === 'tcp' ? { kind: 'tcp' } : { kind: 'http', path: probe }),
    ...(within === undefined ? {} : { within_s: within }),
  };
}

/** The API takes a probe as a whole: what is not said stays as it is set. */
async function findProbe(client: Client, path: AppPath): Promise<Probe | undefined> {
  try {
    return (await client.get('/projects/{project}/environments/{environment}/app', { path })).probe;
  } catch (error) {
    if (error instanceof CommandError && error.code === 'no_app') return undefined;
    throw error;
  }
}

const isImageMissing = (error: unknown) =>
  error instanceof CommandError && error.code === 'invalid_request' && error.fields.image === 'missing';
