import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect } from 'vitest';
import { startChild } from '../../../child.ts';
import { hasKeyring, type Keyring, startKeyring, until } from '../../../keyring.ts';
import { requires } from '../../../requires.ts';

const it = requires(
  'a real Secret Service',
  hasKeyring(),
  'needs dbus, gnome-keyring and gdbus (Debian: apt-get install dbus gnome-keyring libglib2.0-bin)',
);
const which = (tool: string) => spawnSync('which', [tool], { encoding: 'utf8' }).stdout.trim();
const worker = join(import.meta.dirname, 'keychain-worker.ts');

let keyring: Keyring | null = null;
let child: Worker | null = null;
afterEach(() => {
  child?.stop();
  keyring?.stop();
  child = keyring = null;
});

interface Worker {
  ask(request: object): Promise<Record<string, unknown>>;
  stop(): void;
}

/** The custody in a process of its own, on this bus, answering one JSON line for each. */
function startWorker(env: NodeJS.ProcessEnv): Worker {
  const started = startChild(process.execPath, [worker], { env });
  let answers = 0;
  return {
    async ask(request) {
      started.process.stdin?.write(`${JSON.stringify(request)}\n`);
      const at = answers++;
      const lines = () => started.out.split('\n');
      await started.waitUntil(() => lines().length > at + 1);
      return JSON.parse(lines()[at] as string) as Record<string, unknown>;
    },
    stop: () => started.process.kill('SIGKILL'),
  };
}

describe('the keychain custody, on a real Secret Service', () => {
  it('keeps a key, gives it back, and takes it out', async () => {
    keyring = await startKeyring();
    child = startWorker(keyring.env);
    expect(await child.ask({ do: 'find' })).toEqual({ outcome: 'missing' });
    const { fingerprint } = await child.ask({ do: 'save' });
    expect(await child.ask({ do: 'find' })).toMatchObject({ outcome: 'found', keys: [fingerprint] });
    expect(await child.ask({ do: 'remove' })).toEqual({});
    expect(await child.ask({ do: 'find' })).toEqual({ outcome: 'missing' });
  });

  it('keeps the keys of two instances apart', async () => {
    keyring = await startKeyring();
    child = startWorker(keyring.env);
    await child.ask({ do: 'save' });
    expect(await child.ask({ do: 'find', instanceId: '00000000-0000-4000-8000-000000000002' })).toEqual({
      outcome: 'missing',
    });
  });

  it('says locked, not missing, when the keyring is closed, and goes on in the same process when it opens', async () => {
    keyring = await startKeyring();
    child = startWorker(keyring.env);
    const { fingerprint } = await child.ask({ do: 'save' });
    keyring.lock();
    expect(await child.ask({ do: 'find' })).toMatchObject({ outcome: 'locked' });
    expect(await child.ask({ do: 'save' })).toMatchObject({ code: 'custody_locked' });
    await keyring.unlock();
    // As the waiting instance does, the same process asks until it is answered.
    const asking = child;
    let found: Record<string, unknown> = {};
    await until(async () => {
      found = await asking.ask({ do: 'find' });
      return found.outcome === 'found';
    });
    expect(found).toMatchObject({ keys: [fingerprint] });
  });

  it('is called by the name of the keyring that answers, whichever tool asks', async () => {
    keyring = await startKeyring();
    for (const tool of ['gdbus', 'busctl', 'dbus-send'].filter((name) => which(name) !== '')) {
      const bin = mkdtempSync(join(tmpdir(), 'temps-bin-'));
      symlinkSync(which(tool), join(bin, tool));
      child = startWorker({ ...keyring.env, PATH: bin });
      expect([tool, await child.ask({ do: 'name' })]).toEqual([
        tool,
        { before: 'the keychain', after: 'GNOME Keyring' },
      ]);
      child.stop();
      rmSync(bin, { recursive: true });
    }
  });

  it('has no name of its own where nothing tells it', async () => {
    keyring = await startKeyring(false);
    child = startWorker(keyring.env);
    expect(await child.ask({ do: 'name' })).toEqual({ before: 'the keychain', after: 'the keychain' });
  });

  it('says refused when nothing on the bus is a Secret Service, and saves nowhere else', async () => {
    keyring = await startKeyring(false);
    child = startWorker(keyring.env);
    expect(await child.ask({ do: 'find' })).toMatchObject({ outcome: 'refused' });
    expect(await child.ask({ do: 'save' })).toMatchObject({ code: 'custody_refused' });
  });

  it('says refused when there is no bus at all', async () => {
    child = startWorker({
      PATH: process.env.PATH,
      HOME: '/nonexistent',
      DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent/bus',
    });
    expect(await child.ask({ do: 'find' })).toMatchObject({ outcome: 'refused' });
  });

  it('takes an entry that holds another key for refused, never for missing', async () => {
    keyring = await startKeyring();
    child = startWorker(keyring.env);
    await child.ask({ do: 'save' });
    await child.ask({ do: 'spoil' });
    expect(await child.ask({ do: 'find' })).toMatchObject({ outcome: 'refused' });
  });
});
