import type { Client } from '../client.ts';
import { type Command, formatCount, type Invocation } from '../command.ts';
import { confirmLoss } from '../confirm-loss.ts';
import { exitCodes } from '../exit-code.ts';
import { projectOptions, readGivenScope } from '../project-scope.ts';
import { writeForPeople } from '../terminal-text.ts';
import { type AppPath, readAppPath, readNumber, toOptions, withApps } from './app-scope.ts';
import { describeApp, describeState, describeStats, formatApps } from './app-words.ts';
import { describeEngine } from './engine-words.ts';
import { FOLLOW_NOTES, followDeployment, followOptions } from './follow-deployment.ts';
import { followLog, formatLine } from './follow-log.ts';

const APP = '/projects/{project}/environments/{environment}/app';
/** As many lines as the API gives. */
const MOST_LINES = 5000;

export const commands: Record<string, Command> = {
  'apps list': {
    usage: 'apps list [-p PROJECT]',
    summary: 'Lists what runs, of every project or of one.',
    options: { project: projectOptions.project },
    run: list,
  },
  'apps status': {
    usage: 'apps status -p PROJECT [-e ENV]',
    summary: 'Shows whether an app serves, where, since when, and what it can go back to.',
    options: projectOptions,
    async run(invocation) {
      const path = readAppPath(invocation);
      return await withApps(invocation, async (client) => {
        const app = await client.get(APP, { path });
        invocation.print(app, () => describeApp(app));
        sayAlone(client);
        return exitCodes.done;
      });
    },
  },
  'apps logs': {
    usage: 'apps logs -p PROJECT [-e ENV] [-f] [--tail N]',
    summary: 'Shows what an app printed, without values of its secrets.',
    notes: `-f, --follow  also what it prints from now on, until its container ends; Ctrl-C ends it. With --json each line is one.
--tail        how many lines of before, 200 without it, ${MOST_LINES} at most.`,
    options: { ...projectOptions, follow: { type: 'boolean', short: 'f' }, tail: { type: 'string' } },
    run: showLogs,
  },
  'apps restart': change(
    'restart',
    'Stops and starts an app, with the variables that it has.',
    () => 'Restarted.',
  ),
  'apps stop': change(
    'stop',
    'Stops an app until it is started again.',
    (path) => `To start it: temps-desktop apps start ${toOptions(path)}`,
  ),
  'apps start': change(
    'start',
    'Starts an app that was stopped, with the variables that it had.',
    () => 'Started.',
  ),
  'apps apply': {
    usage: 'apps apply -p PROJECT [-e ENV] [--no-wait]',
    summary: 'Deploys what runs once more, with the variables and limits of now.',
    notes: FOLLOW_NOTES,
    options: { ...projectOptions, ...followOptions },
    async run(invocation) {
      const path = readAppPath(invocation);
      return await withApps(
        invocation,
        async (client) => {
          const asked = await client.post(`${APP}/apply`, { path });
          return await followDeployment(invocation, client, path, asked);
        },
        { needsInstance: true },
      );
    },
  },
  'apps remove': {
    usage: 'apps remove -p PROJECT [-e ENV] [--yes]',
    summary: 'Stops an app and removes it with its releases; the variables stay.',
    notes: 'Says first what goes, and asks; --yes skips the question.',
    options: { ...projectOptions, yes: { type: 'boolean' } },
    run: remove,
  },
  'apps stats': {
    usage: 'apps stats -p PROJECT [-e ENV]',
    summary: 'Shows what an app uses now.',
    options: projectOptions,
    async run(invocation) {
      const path = readAppPath(invocation);
      return await withApps(invocation, async (client) => {
        const stats = await client.get(`${APP}/stats`, { path });
        invocation.print(stats, () => describeStats(stats));
        return exitCodes.done;
      });
    },
  },
  'apps engine': {
    usage: 'apps engine',
    summary: 'Says whether Docker can be used to run apps, and if not, what to do. Ends with 1 then.',
    async run(invocation) {
      return await withApps(invocation, async (client) => {
        const engine = await client.get('/apps/engine');
        invocation.print(engine, () => describeEngine(engine));
        return engine.state === 'ready' ? exitCodes.done : exitCodes.failed;
      });
    },
  },
};

async function list(invocation: Invocation): Promise<number> {
  const given = readGivenScope(invocation);
  return await withApps(invocation, async (client) => {
    const found =
      given === null
        ? await client.get('/apps')
        : await client.get('/projects/{project}/apps', { path: { project: given.project } });
    invocation.print(found, () => formatApps(found));
    if (found.apps.length > 0) sayAlone(client);
    return exitCodes.done;
  });
}

/** Containers keep running without the instance; whether they work, and at which address, it alone says. */
function sayAlone({ isRemote }: Client): void {
  if (!isRemote)
    writeForPeople(
      process.stderr,
      'The instance is not running: no address of an app answers until it is. Start it: temps-desktop serve\n',
    );
}

async function showLogs(invocation: Invocation): Promise<number> {
  const path = readAppPath(invocation);
  const tail = readNumber(invocation, 'tail', MOST_LINES);
  const isFollowed = invocation.values.follow === true;
  return await withApps(
    invocation,
    async (client) => {
      if (isFollowed) {
        // Says what of it is not there.
        await client.get(APP, { path });
        await followLog(invocation, path, tail);
        if (!invocation.json) process.stderr.write('There is no more: its container has ended.\n');
        return exitCodes.done;
      }
      const { lines } = await client.get(`${APP}/logs`, { path, query: { tail } });
      if (invocation.json) invocation.print(lines, () => '');
      else process.stdout.write(lines.map((line) => formatLine(line, false)).join(''));
      return exitCodes.done;
    },
    { needsInstance: isFollowed },
  );
}

/** A command that does something to an app at once, and says how it is then. */
function change(
  action: 'restart' | 'stop' | 'start',
  summary: string,
  say: (path: AppPath) => string,
): Command {
  return {
    usage: `apps ${action} -p PROJECT [-e ENV]`,
    summary,
    options: projectOptions,
    async run(invocation) {
      const path = readAppPath(invocation);
      return await withApps(
        invocation,
        async (client) => {
          const app = await client.post(`${APP}/${action}`, { path });
          invocation.print(app, () => `${describeState(app)} ${say(path)}`);
          return exitCodes.done;
        },
        { needsInstance: true },
      );
    },
  };
}

async function remove(invocation: Invocation): Promise<number> {
  const path = readAppPath(invocation);
  return await withApps(
    invocation,
    async (client) => {
      const { releases } = await client.get(APP, { path });
      const named = `${path.project} in ${path.environment}`;
      await confirmLoss(invocation, {
        said: `The app ${named} is stopped, and its container removed with what it wrote there, and with ${formatCount(releases.length, 'release')}. Its variables stay.`,
        act: `remove the app ${named}`,
        done: 'removed',
      });
      await client.delete(APP, { path });
      invocation.print({ removed: path }, () => `Removed the app ${named}.`);
      return exitCodes.done;
    },
    { needsInstance: true },
  );
}
