import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  childProcesses,
  type ProcessHost,
  threads,
} from '../../../electron/instance/kernel/process-hosts.ts';
import {
  askOnce,
  createProcessClient,
  type ProcessClient,
  type ProcessFailure,
  type Program,
  startOnce,
} from '../../../electron/instance/kernel/processes.ts';
import { until } from '../../keyring.ts';
import { type OddRequest, oddProgram } from './odd-program.ts';
import { untilSent, watch } from './watched-host.ts';

const oddParent = join(import.meta.dirname, 'odd-parent.ts');

type OddClient = ProcessClient<OddRequest, string>;
const clients: OddClient[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(clients.splice(0).map((client) => client.stop()));
});

function createClient(host: ProcessHost, program: Program<OddRequest, string> = oddProgram): OddClient {
  const client = createProcessClient(host, program);
  clients.push(client);
  return client;
}

const failure = (reason: ProcessFailure) => ({
  code: 'process_failed',
  details: { process: 'odd', reason },
});

describe.each([
  ['child processes', childProcesses],
  ['threads', threads],
])('%s', (_name, host) => {
  it('are started when first asked, and kept', async () => {
    const watched = watch(host);
    const client = createClient(watched);
    expect(watched.startedAt).toEqual([]);
    const answers = [client.ask({ do: 'count' }), client.ask({ do: 'count' }), client.ask({ do: 'count' })];
    expect(await Promise.all(answers)).toEqual(['1', '2', '3']);
    expect(watched.startedAt.length).toBe(1);
  });

  it('are given any text whole', async () => {
    const client = createClient(host);
    for (const text of ['', 'two\nlines\r\n', 'a\u2028b\u2029c', '🔑'.repeat(50_000)])
      expect(await client.ask({ do: 'echo', text })).toBe(text);
  });

  it.each(['wrong shape', 'no envelope'] as const)('fail by name for a message of %s', async (what) => {
    const client = createClient(host);
    await expect(client.ask({ do: what })).rejects.toMatchObject(failure('wrong_message'));
    expect(await client.ask({ do: 'count' })).toBe('1');
  });

  it('tell how far they are in whole percents, each once, and are ended for any other number', async () => {
    const ask = async (percents: unknown[]) => {
      const told: number[] = [];
      const request: OddRequest = { do: 'progress', percents };
      const answer = await askOnce(host, oddProgram, request, {
        onProgress: (percent) => told.push(percent),
      }).catch((error) => error);
      return { told, answer };
    };
    expect(await ask([])).toEqual({ told: [1, 50, 100], answer: 'done' });
    for (const wrong of [100, 101, '60', null])
      expect(await ask([wrong])).toMatchObject({ told: [1, 50, 100], answer: failure('wrong_message') });
    // Nobody has to listen.
    expect(await createClient(host).ask({ do: 'progress', percents: [] })).toBe('done');
  });

  it('fail the request they crash in and no other, and the next one gets a new process', async () => {
    const client = createClient(host);
    expect(await client.ask({ do: 'count' })).toBe('1');
    const dying = client.ask({ do: 'die' });
    const next = client.ask({ do: 'count' });
    await expect(dying).rejects.toMatchObject(failure('crashed'));
    expect(await next).toBe('1');
  });

  it.each(['hang', 'spin'] as const)('that %s are killed when their time is over', async (what) => {
    const watched = watch(host);
    const program = { ...oddProgram };
    const client = createClient(watched, program);
    await client.ask({ do: 'count' });
    program.timeoutMs = 200;
    await expect(client.ask({ do: what })).rejects.toMatchObject(failure('timed_out'));
    await until(() => watched.gone === 1);
    program.timeoutMs = 20_000;
    expect(await client.ask({ do: 'count' })).toBe('1');
  });

  it('end at the limit of their heap, in the one request', async () => {
    const client = createClient(host, { ...oddProgram, heapMib: 32 });
    await expect(client.ask({ do: 'fill the heap' })).rejects.toMatchObject(failure('crashed'));
    expect(await client.ask({ do: 'count' })).toBe('1');
  });

  it('end when they say something nobody asked for', async () => {
    const watched = watch(host);
    const client = createClient(watched);
    expect(await client.ask({ do: 'answer twice' })).toBe('once');
    await until(() => watched.gone === 1);
    expect(await client.ask({ do: 'count' })).toBe('1');
  });

  it('answer no request with what they answer to an earlier one', async () => {
    const client = createClient(host);
    expect(await client.ask({ do: 'answer again later' })).toBe('once');
    await expect(client.ask({ do: 'count' })).rejects.toMatchObject(failure('wrong_message'));
    expect(await client.ask({ do: 'count' })).toBe('1');
  });

  it('that die at once again and again are started ever later, then not at all for a while', async () => {
    const watched = watch(host);
    const program = { ...oddProgram, file: join(import.meta.dirname, 'nowhere.ts') };
    const client = createClient(watched, program);
    const asked = Array.from({ length: 7 }, () => client.ask({ do: 'count' }).catch((error) => error));
    const crashed = Array.from({ length: 5 }, () => failure('crashed'));
    expect(await Promise.all(asked)).toMatchObject([...crashed, failure('gave_up'), failure('gave_up')]);
    const pauses = watched.startedAt.slice(1).map((at, index) => at - (watched.startedAt[index] ?? 0));
    expect(pauses.length).toBe(4);
    for (const [index, pause] of pauses.entries()) expect(pause).toBeGreaterThan(95 * 2 ** index);

    program.file = oddProgram.file;
    await expect(client.ask({ do: 'count' })).rejects.toMatchObject(failure('gave_up'));
    const now = performance.now.bind(performance);
    vi.spyOn(performance, 'now').mockImplementation(() => now() + 30_000);
    expect(await client.ask({ do: 'count' })).toBe('1');
  });

  it('are stopped in bounded time while they are busy, and what waits fails', async () => {
    const watched = watch(host);
    const client = createClient(watched);
    await client.ask({ do: 'count' });
    const asked = [client.ask({ do: 'spin' }), client.ask({ do: 'count' })].map((answer) =>
      answer.catch((error: unknown) => error),
    );
    await untilSent(watched, 2);
    const began = performance.now();
    await client.stop();
    const tookMs = performance.now() - began;
    expect([tookMs > 1900, tookMs < 4500]).toEqual([true, true]);
    expect(watched.gone).toBe(1);
    expect(await Promise.all(asked)).toMatchObject([failure('stopped'), failure('stopped')]);
    await expect(client.ask({ do: 'count' })).rejects.toMatchObject(failure('stopped'));
    expect(watched.startedAt.length).toBe(1);
  });

  it('finish the request under way when they are stopped', async () => {
    const watched = watch(host);
    const client = createClient(watched);
    await client.ask({ do: 'count' });
    const answer = client.ask({ do: 'echo', text: 'done' });
    await untilSent(watched, 2);
    await client.stop();
    expect(await answer).toBe('done');
  });

  it('asked once are new each time, and killed after the answer', async () => {
    const watched = watch(host);
    expect(await askOnce(watched, oddProgram, { do: 'count' })).toBe('1');
    expect(await askOnce(watched, oddProgram, { do: 'count' })).toBe('1');
    await until(() => watched.gone === 2);
    expect(watched.startedAt.length).toBe(2);
  });

  it.each([
    ['die', 'crashed'],
    ['hang', 'timed_out'],
    ['wrong shape', 'wrong_message'],
  ] as const)('asked once to %s fail by name, and are gone', async (what, reason) => {
    const watched = watch(host);
    const program = what === 'hang' ? { ...oddProgram, timeoutMs: 200 } : oddProgram;
    await expect(askOnce(watched, program, { do: what })).rejects.toMatchObject(failure(reason));
    await until(() => watched.gone === 1);
  });

  it('asked once are killed by a signal, or not started any more', async () => {
    const watched = watch(host);
    const aborter = new AbortController();
    const answer = askOnce(watched, oddProgram, { do: 'spin' }, { signal: aborter.signal }).catch(
      (error) => error,
    );
    aborter.abort();
    expect(await answer).toMatchObject(failure('stopped'));
    await until(() => watched.gone === 1);
    await expect(
      askOnce(watched, oddProgram, { do: 'count' }, { signal: aborter.signal }),
    ).rejects.toMatchObject(failure('stopped'));
    expect(watched.startedAt.length).toBe(1);
  });

  it('started for one request answer it, and are killed where there is none', async () => {
    const watched = watch(host);
    const one = startOnce(watched, oddProgram);
    expect(watched.startedAt.length).toBe(1);
    expect(await one.ask({ do: 'count' })).toBe('1');
    startOnce(watched, oddProgram).close();
    await until(() => watched.gone === 2);
    await expect(one.ask({ do: 'count' })).rejects.toMatchObject(failure('stopped'));
    const busy = startOnce(watched, oddProgram).ask({ do: 'hang' }, { timeoutMs: 200 });
    await expect(busy).rejects.toMatchObject(failure('timed_out'));
    const stopped = startOnce(watched, oddProgram).ask({ do: 'hang' }, { signal: AbortSignal.abort() });
    await expect(stopped).rejects.toMatchObject(failure('stopped'));
    await until(() => watched.gone === 4);
  });
});

describe('a child process', () => {
  it.each(['no JSON', 'no end of line'] as const)('that sends %s fails by name', async (what) => {
    const client = createClient(childProcesses);
    await expect(client.ask({ do: what })).rejects.toMatchObject(failure('wrong_message'));
  });

  it('that ends before it is asked fails the request by name', async () => {
    const watched = watch(childProcesses);
    const one = startOnce(watched, { ...oddProgram, file: '/nowhere/program.js' });
    await until(() => watched.gone === 1);
    await expect(one.ask({ do: 'count' })).rejects.toMatchObject(failure('crashed'));
  });

  it('that the system cannot start fails by name', async () => {
    vi.spyOn(process, 'execPath', 'get').mockReturnValue('/nowhere/node');
    await expect(askOnce(childProcesses, oddProgram, { do: 'count' })).rejects.toMatchObject(
      failure('crashed'),
    );
  });

  it('keeps nobody running who is done', () => {
    const { status, stdout } = spawnSync(process.execPath, [oddParent], {
      encoding: 'utf8',
      timeout: 120_000,
    });
    expect([status, stdout]).toEqual([0, expect.stringMatching(/^\d+\n\d+\n$/)]);
  });

  it('ends when whoever asked is gone', async () => {
    const parent = spawn(process.execPath, [oddParent, 'hang'], { stdio: ['ignore', 'pipe', 'ignore'] });
    let pid = 0;
    parent.stdout.on('data', (chunk: Buffer) => {
      pid = Number(chunk.toString('utf8'));
    });
    await until(() => pid > 0);
    expect(isRunning(pid)).toBe(true);
    parent.kill('SIGKILL');
    await until(() => !isRunning(pid));
  });
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
