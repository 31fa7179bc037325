import type { ClientRequest } from 'node:http';
import { findSocketPath } from '../../instance/doors/socket-path.ts';
import type { Schemas } from '../api-request.ts';
import { type Client, findRunning } from '../client.ts';
import type { GivenScope } from '../project-scope.ts';
import { writeForPeople } from '../terminal-text.ts';

/** Several changes in a row are one. */
const QUIET_MS = 500;
/** How long after the instance has gone it is looked for again. */
const RETRY_MS = 2000;
/** A program is restarted at most so often in such a time; what changes then waits. */
export const MAX_RESTARTS = 5;
export const RESTARTS_MS = 60_000;
/** A message is far shorter; one without an end is none. */
const MAX_MESSAGE = 1024 * 1024;
const resources: readonly string[] = ['projects', 'shared-variables'];

export type Variables = Schemas['ResolvedVariable'][];

/** When a program may be restarted that was at these times: now, or once the oldest of them is long enough ago. */
export function findRestartTime(times: readonly number[], now: number): number {
  const recent = times.filter((time) => time > now - RESTARTS_MS).sort((a, b) => a - b);
  const oldest = recent.at(-MAX_RESTARTS);
  return oldest === undefined ? now : oldest + RESTARTS_MS;
}

/**
 * Tells of other values of a project's variables, by the instance's feed of changes. Where they cannot be read, it says so, and the
 * program keeps those it has. Returns what ends it.
 */
export function watchVariables(
  dataDir: string,
  scope: GivenScope,
  first: Variables,
  onChange: (variables: Variables) => void,
): () => void {
  let isOver = false;
  let known = JSON.stringify(first);
  let mark: string | null = null;
  let stream: ClientRequest | null = null;
  let quiet: NodeJS.Timeout | undefined;
  let later: NodeJS.Timeout | undefined;
  let checking: Promise<void> = Promise.resolve();
  const restarts: number[] = [];

  const check = async () => {
    const client = await findRunning(dataDir);
    if (client === null || isOver) return;
    // Reading secrets is recorded: they are read only where a variable was changed.
    const current = await readMark(client, scope);
    if (current === mark) return;
    const { variables } = await client.get('/projects/{project}/variables/resolved', {
      path: { project: scope.project },
      query: { environment: scope.env },
    });
    mark = current;
    const text = JSON.stringify(variables);
    if (isOver || text === known) return;
    const now = Date.now();
    const at = findRestartTime(restarts, now);
    if (at > now) {
      mark = null;
      say(
        `the variables change too often: the program is restarted in ${Math.ceil((at - now) / 1000)} seconds.`,
      );
      checkIn(at - now);
      return;
    }
    restarts.push(now);
    known = text;
    onChange(variables);
  };
  const checkIn = (ms: number) => {
    clearTimeout(quiet);
    quiet = setTimeout(() => {
      checking = checking.then(check).catch((error: unknown) => {
        if (!isOver) say(`the program keeps its variables: ${(error as Error).message}`);
      });
    }, ms);
  };
  const { request } = process.getBuiltinModule('node:http');
  const listen = () => {
    if (isOver) return;
    const again = () => {
      if (isOver) return;
      clearTimeout(later);
      later = setTimeout(listen, RETRY_MS);
    };
    const socketPath = findSocketPath(dataDir);
    if (socketPath === null) {
      again();
      return;
    }
    stream = request({ socketPath, path: '/api/events', headers: { host: 'localhost' } }, (response) => {
      // What changed while nobody listened.
      checkIn(0);
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        const messages = (text + chunk).split('\n\n');
        text = (messages.pop() ?? '').slice(-MAX_MESSAGE);
        if (messages.some(isOfVariables)) checkIn(QUIET_MS);
      });
      response.on('close', again);
    });
    stream.on('error', again).end();
  };
  listen();
  return () => {
    isOver = true;
    clearTimeout(quiet);
    clearTimeout(later);
    stream?.destroy();
  };
}

function isOfVariables(message: string): boolean {
  const data = /^data: (.*)$/m.exec(message)?.[1];
  if (!/^event: changed$/m.test(message) || data === undefined) return false;
  const { resource } = JSON.parse(data) as { resource?: string };
  return resource !== undefined && resources.includes(resource);
}

/** Another text after every change of the project's variables or the shared ones, without a value of a secret. */
async function readMark(client: Client, { project }: GivenScope): Promise<string> {
  const own = await client.get('/projects/{project}/env-vars', { path: { project }, query: {} });
  const shared = await client.get('/shared-variables', { query: {} });
  return JSON.stringify([own, shared].map((list) => list.map(({ id, updated_at }) => [id, updated_at])));
}

function say(text: string): void {
  writeForPeople(process.stderr, `temps-desktop: ${text}\n`);
}
