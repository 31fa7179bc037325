import { afterEach, describe, expect, it, vi } from 'vitest';
import { utilityProcesses } from '../../electron/desktop/utility-processes.ts';
import { askOnce, createProcessClient } from '../../electron/instance/kernel/processes.ts';
import { oddProgram } from '../unit/kernel/odd-program.ts';
import { untilSent, watch } from '../unit/kernel/watched-host.ts';

const electron = vi.hoisted(() => ({ ready: Promise.resolve() }));
vi.mock('electron', async () => ({
  app: { whenReady: () => electron.ready },
  utilityProcess: (await import('./stand-in/utility-process.ts')).utilityProcess,
}));

const failure = (reason: string) => ({ code: 'process_failed', details: { process: 'odd', reason } });

afterEach(() => {
  electron.ready = Promise.resolve();
});

/** What the instance's processes are in Electron, on its stand-in. */
describe('utility processes', () => {
  it('answer, and are replaced after a crash, a message of the wrong shape and a hang', async () => {
    const program = { ...oddProgram };
    const client = createProcessClient(utilityProcesses, program);
    expect([await client.ask({ do: 'count' }), await client.ask({ do: 'count' })]).toEqual(['1', '2']);
    for (const [what, reason] of [
      ['die', 'crashed'],
      ['wrong shape', 'wrong_message'],
      ['no envelope', 'wrong_message'],
    ] as const) {
      await expect(client.ask({ do: what })).rejects.toMatchObject(failure(reason));
      expect(await client.ask({ do: 'count' })).toBe('1');
    }
    program.timeoutMs = 200;
    await expect(client.ask({ do: 'spin' })).rejects.toMatchObject(failure('timed_out'));
    program.timeoutMs = oddProgram.timeoutMs;
    expect(await client.ask({ do: 'count' })).toBe('1');
    await client.stop();
  });

  it('are killed by a stop in the middle of a request', async () => {
    const watched = watch(utilityProcesses);
    const client = createProcessClient(watched, oddProgram);
    const pid = Number(await client.ask({ do: 'pid' }));
    const answer = client.ask({ do: 'spin' }).catch((error: unknown) => error);
    await untilSent(watched, 2);
    await client.stop();
    expect(await answer).toMatchObject(failure('stopped'));
    expect(watched.gone).toBe(1);
    expect(() => process.kill(pid, 0)).toThrow();
  });

  it('end at the limit of their heap', async () => {
    const program = { ...oddProgram, heapMib: 32 };
    await expect(askOnce(utilityProcesses, program, { do: 'fill the heap' })).rejects.toMatchObject(
      failure('crashed'),
    );
  });

  it('wait until Electron is ready, which it is after a command began', async () => {
    const ready = Promise.withResolvers<void>();
    electron.ready = ready.promise;
    const answer = askOnce(utilityProcesses, oddProgram, { do: 'echo', text: 'ready' });
    ready.resolve();
    expect(await answer).toBe('ready');
  });

  it('that cannot be made fail by name', async () => {
    electron.ready = Promise.reject(new Error('never ready'));
    await expect(askOnce(utilityProcesses, oddProgram, { do: 'count' })).rejects.toMatchObject(
      failure('crashed'),
    );
  });
});
