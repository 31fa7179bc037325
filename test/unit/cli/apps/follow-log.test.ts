import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { followLog } from '../../../../electron/cli/apps/follow-log.ts';
import type { Invocation } from '../../../../electron/cli/command.ts';

/** What stands for an instance at the socket of a data directory. */
let dataDir: string;
let server: Server | null;
let asked: string | undefined;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'temps-follow-'));
  server = null;
});
afterEach(async () => {
  vi.restoreAllMocks();
  server?.closeAllConnections();
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(null)));
  rmSync(dataDir, { recursive: true, force: true });
});

async function answer(by: (response: ServerResponse) => void): Promise<void> {
  const made = createServer((request, response) => {
    asked = request.url;
    by(response);
  });
  server = made;
  await new Promise<void>((resolve) => made.listen(join(dataDir, 'temps.sock'), resolve));
}

/** What it writes. `takes` says whether the reader is there still. */
async function follow(tail?: number, takes = true): Promise<string> {
  const texts: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((...given: unknown[]) => {
    texts.push(String(given[0]));
    (given[1] as (error?: Error) => void)(takes ? undefined : new Error('EPIPE'));
    return true;
  });
  const invocation = { dataDir, json: false } as Invocation;
  await followLog(invocation, { project: 'my shop', environment: 'production' }, tail);
  return texts.join('');
}

const at = '2026-06-01T12:30:05.123456789Z';
const event = (text: string) => `event: line\ndata: ${JSON.stringify({ at, stream: 'stdout', text })}\n\n`;

it('writes lines as they come, in whatever pieces, until there are no more', async () => {
  const whole = `event: ping\ndata: \n\n${event('ready: é')}${event('')}event: end\ndata: \n\n`;
  await answer((response) => {
    for (const byte of Buffer.from(whole)) response.write(Buffer.of(byte));
    // It is not waited for the end of the answer.
  });
  expect(await follow(7)).toBe('2026-06-01T12:30:05Z  ready: é\n2026-06-01T12:30:05Z  \n');
  expect(asked).toBe('/api/projects/my%20shop/environments/production/app/logs/follow?tail=7');
});

it('ends with its reader', async () => {
  await answer((response) => response.write(event('one')));
  expect(await follow(undefined, false)).toContain('one');
});

it.each<[string, (response: ServerResponse) => void]>([
  ['closed', (response) => response.end(event('one'))],
  ['broken off', (response) => response.write(event('one'), () => setImmediate(() => response.destroy()))],
])('says that it is not all where it is %s without an end', async (_how, by) => {
  await answer(by);
  await expect(follow()).rejects.toMatchObject({
    code: 'instance_gone',
    message: expect.stringContaining('The log ends here'),
  });
});

it('says what the API says, and that no instance runs', async () => {
  await expect(follow()).rejects.toMatchObject({ code: 'instance_gone' });
  await answer((response) => {
    response.writeHead(409, { 'content-type': 'application/problem+json' });
    response.end(JSON.stringify({ error_code: 'no_app', detail: 'This app does not run.' }));
  });
  await expect(follow()).rejects.toMatchObject({ code: 'no_app', message: 'This app does not run.' });
});
