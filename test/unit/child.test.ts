import { describe, expect, it } from 'vitest';
import { startChild } from '../child.ts';

const startScript = (script: string) => startChild(process.execPath, ['-e', script]);

/** None of these may take as long as its deadline. */
describe('a process that a test waits for', { timeout: 10_000 }, () => {
  it('fails the test at once, by name, when it cannot be started', async () => {
    const child = startChild('/nowhere/program', ['--word']);
    await expect(child.waitUntil(() => child.out.includes('READY'), 60_000)).rejects.toThrow(
      /^\/nowhere\/program --word could not be started: .*ENOENT/,
    );
    await expect(child.waitForEnd(60_000)).rejects.toThrow('could not be started');
    await expect(child.stop('SIGTERM', 60_000)).rejects.toThrow('could not be started');
  });

  it('fails the test at once, with what it printed, when it ends before it is ready', async () => {
    const child = startScript("console.error('no such port'); process.exitCode = 3;");
    await expect(child.waitUntil(() => child.out.includes('READY'), 60_000)).rejects.toThrow(
      /ended with exit code 3\nno such port/,
    );
  });

  it('fails the test at once when a signal ends it', async () => {
    const child = startScript("process.kill(process.pid, 'SIGKILL'); setInterval(() => {}, 1000);");
    await expect(child.waitUntil(() => false, 60_000)).rejects.toThrow('was ended by SIGKILL');
  });

  it('fails the test after the deadline when nothing comes', async () => {
    const child = startScript('setInterval(() => {}, 1000);');
    await expect(child.waitUntil(() => false, 50)).rejects.toThrow('was waited for in vain');
    await expect(child.waitForEnd(50)).rejects.toThrow('does not end');
    expect(await child.stop('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' });
  });

  it('finds what it printed last, though it ended with it', async () => {
    const child = startScript("process.stdout.write('READY')");
    await child.waitForEnd();
    await child.waitUntil(() => child.out.includes('READY'));
    expect(child.out).toBe('READY');
  });
});
