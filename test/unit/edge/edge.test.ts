import { readdirSync, readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { type AddressInfo, createServer as createTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  findAuthorities,
  getLeaf,
  tlsSecretKeeper,
} from '../../../electron/instance/certificates/local-authority.ts';
import { edgeCapability } from '../../../electron/instance/edge/capability.ts';
import { createEdge, type Edge, type EdgeOptions } from '../../../electron/instance/edge/edge.ts';
import type { Context } from '../../../electron/instance/kernel/context.ts';
import { childProcesses, type StartedProcess } from '../../../electron/instance/kernel/process-hosts.ts';
import type { SecretId } from '../../../electron/instance/vault/vault.ts';
import { openTestContext, type TestContext } from '../../context.ts';
import { ask, CONSOLE_COOKIE, inState, lines, openApp, sendRaw, serving, type TestApp } from './harness.ts';

const NAME = 'shop.localhost';
let test: TestContext;
let app: TestApp;
const edges: Edge[] = [];
/** Of the edge, in the order they were started. */
let processes: StartedProcess[];
beforeEach(async () => {
  test = openTestContext();
  processes = [];
  app = await openApp((_request, response) => response.end('the app'));
});
afterEach(async () => {
  await Promise.all(edges.splice(0).map((edge) => edge.stop()));
  if (app.server.listening) await app.close();
  test.close();
});

function openEdge(options: Partial<EdgeOptions> = {}): Edge {
  const ctx: Context = {
    ...test.ctx,
    processes: {
      start(program, listener) {
        const started = childProcesses.start(program, listener);
        processes.push(started);
        return started;
      },
    },
  };
  const edge = createEdge(ctx, {
    listPorts: () => [0],
    consoleCookie: CONSOLE_COOKIE,
    isConsoleName: (name) => name === 'localhost' || name === 'attic.localhost',
    ...options,
  });
  edges.push(edge);
  return edge;
}

const portOf = (edge: Edge): number => {
  if (edge.port === null) throw new Error(`It does not listen: ${edge.problem?.message}`);
  return edge.port;
};

/** What a device sees that trusts the local authority: the names of the leaf, or why not. */
function look(port: number, name = NAME): Promise<{ names: string; fingerprint: string; trusted: boolean }> {
  return new Promise((resolve, reject) => {
    const ca = findAuthorities(test.ctx)?.current.certificatePem;
    const socket = connectTls(
      { host: '127.0.0.1', port, servername: name, rejectUnauthorized: false, ...(ca ? { ca } : {}) },
      () => {
        const { subjectaltname = '', fingerprint256 } = socket.getPeerCertificate();
        resolve({ names: subjectaltname, fingerprint: fingerprint256, trusted: socket.authorized });
        socket.destroy();
      },
    );
    socket.once('error', reject);
  });
}

/** Accepts nothing itself, and keeps a port from others. */
async function occupy(): Promise<{ port: number; close(): void }> {
  const server = createTcp();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, close: () => server.close() };
}

describe('the edge', () => {
  it('has no process and no port without routes, and none any more after the last one went', async () => {
    const edge = openEdge();
    await edge.setRoutes([]);
    await edge.watch();
    expect([processes.length, edge.port, edge.problem]).toEqual([0, null, null]);
    expect(await edge.countOpen(app.target)).toBe(0);
    await edge.cutOff(app.target);
    expect(processes.length).toBe(0);
    await edge.setRoutes([serving(NAME, app.target)]);
    const port = portOf(edge);
    expect((await ask(port, { name: NAME })).body).toBe('the app');
    await edge.setRoutes([]);
    expect(edge.port).toBe(null);
    await expect(ask(port, { name: NAME })).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    // The next time at the same port: addresses that people have stay good.
    await edge.setRoutes([inState(NAME, 'stopped')]);
    expect([edge.port, processes.length]).toEqual([port, 2]);
    expect((await ask(port, { name: NAME })).status).toBe(503);
  });

  it('serves by a table as soon as it was set', async () => {
    const edge = openEdge();
    const other = await openApp((_request, response) => response.end('the other'));
    for (let turn = 0; turn < 5; turn++)
      for (const each of [app, other]) {
        await edge.setRoutes([serving(NAME, each.target)]);
        expect((await ask(portOf(edge))).body).toBe(each === app ? 'the app' : 'the other');
      }
    expect(processes.length).toBe(1);
    await other.close();
  });

  it('counts and cuts what is open', async () => {
    const silent = await openApp(() => undefined);
    const edge = openEdge();
    await edge.setRoutes([serving(NAME, silent.target)]);
    const waiting = [ask(portOf(edge)), ask(portOf(edge))];
    await expect.poll(() => edge.countOpen(silent.target)).toBe(2);
    expect(await edge.countOpen(app.target)).toBe(0);
    await edge.cutOff(silent.target);
    expect(await edge.countOpen(silent.target)).toBe(0);
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([502, 502]);
    await silent.close();
  });

  it('is started again on its port after a crash, and serves by the same table', async () => {
    const edge = openEdge();
    await edge.setRoutes([serving(NAME, app.target)]);
    const port = portOf(edge);
    const { fingerprint } = await look(port);
    for (let crash = 1; crash <= 2; crash++) {
      processes.at(-1)?.kill();
      await expect.poll(() => ask(port).catch(({ code }) => code)).toBe('ECONNREFUSED');
      await edge.watch();
      expect([edge.port, edge.problem, processes.length]).toEqual([port, null, crash + 1]);
      expect((await ask(port)).body).toBe('the app');
      expect((await look(port)).fingerprint).toBe(fingerprint);
    }
    // While it lives there is nothing to do.
    await edge.watch();
    expect(processes.length).toBe(3);
  });

  it('that crashed takes the next table, too', async () => {
    const edge = openEdge();
    await edge.setRoutes([serving(NAME, app.target)]);
    const port = portOf(edge);
    processes[0]?.kill();
    await expect.poll(() => ask(port).catch(({ code }) => code)).toBe('ECONNREFUSED');
    await edge.setRoutes([inState(NAME, 'stopped')]);
    expect([edge.port, (await ask(port)).status]).toEqual([port, 503]);
  });

  it('takes the first port that is free', async () => {
    const [first, second] = [await occupy(), await occupy()];
    const edge = openEdge({ listPorts: () => [first.port, second.port, 0] });
    await edge.setRoutes([serving(NAME, app.target)]);
    expect([first.port, second.port]).not.toContain(portOf(edge));
    expect((await ask(portOf(edge))).body).toBe('the app');
    for (const each of [first, second]) each.close();
  });

  it('says why it does not listen, and does as soon as it can', async () => {
    const taken = await occupy();
    const edge = openEdge({ listPorts: () => [taken.port] });
    await expect(edge.setRoutes([serving(NAME, app.target)])).rejects.toMatchObject({ code: 'port_in_use' });
    expect([edge.port, edge.problem?.code]).toEqual([null, 'port_in_use']);
    await edge.watch();
    expect([edge.port, edge.problem?.message]).toEqual([
      null,
      `No port is free for the apps (${taken.port}: EADDRINUSE). Close what uses them, or choose another.`,
    ]);
    taken.close();
    await expect
      .poll(async () => {
        await edge.watch();
        return edge.port;
      })
      .toBe(taken.port);
    expect([edge.problem, (await ask(portOf(edge))).body]).toEqual([null, 'the app']);
  });

  it('gives no app a name of the console', async () => {
    const edge = openEdge();
    await edge.setRoutes([serving(NAME, app.target), serving('attic.localhost', app.target)]);
    const port = portOf(edge);
    expect((await ask(port, { name: 'attic.localhost' })).status).toBe(421);
    expect((await look(port)).names).toBe(`DNS:${NAME}`);
    await edge.setRoutes([serving('attic.localhost', app.target)]);
    expect(edge.port).toBe(null);
    for (const name of ['Shop.localhost', 'a b', '', 'x..y', '-a.localhost'])
      await expect(edge.setRoutes([serving(name, app.target)])).rejects.toMatchObject({
        code: 'invalid_request',
      });
    // Neither ends the process.
    for (const target of [
      { host: 'localhost', port: 80 },
      { host: '127.0.0.1', port: 0 },
    ]) {
      await expect(edge.setRoutes([serving(NAME, target)])).rejects.toMatchObject({
        code: 'invalid_request',
      });
      expect(await edge.countOpen(target)).toBe(0);
    }
  });

  it('fails no request while it is given one table after another', async () => {
    const apps = [app];
    for (let at = 0; at < 3; at++)
      apps.push(await openApp((_request, response) => response.end(`release ${at}`)));
    const edge = openEdge();
    await edge.setRoutes([serving(NAME, app.target)]);
    const port = portOf(edge);
    let isOver = false;
    const counts = { ok: 0, failed: 0 };
    const clients = Array.from({ length: 64 }, async () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      while (!isOver) {
        const { status } = await ask(port, { agent }).catch(() => ({ status: 0 }));
        counts[status === 200 ? 'ok' : 'failed'] += 1;
      }
      agent.destroy();
    });
    for (const [at, next] of apps.entries()) {
      // Another name with each: a new leaf, too.
      await edge.setRoutes([serving(NAME, next.target), inState(`app-${at}.localhost`, 'stopped')]);
      const before = counts.ok;
      const old = apps[at - 1];
      if (old) {
        await expect.poll(() => edge.countOpen(old.target), { interval: 5 }).toBe(0);
        await old.close();
      }
      await expect.poll(() => counts.ok - before).toBeGreaterThan(200);
    }
    isOver = true;
    await Promise.all(clients);
    expect(counts.failed).toBe(0);
    await apps.at(-1)?.close();
  });

  it('that was stopped stays so', async () => {
    const edge = openEdge();
    await edge.setRoutes([serving(NAME, app.target)]);
    const port = portOf(edge);
    await edge.stop();
    await edge.watch();
    await edge.setRoutes([serving(NAME, app.target)]);
    expect([edge.port, processes.length]).toEqual([null, 1]);
    await expect(ask(port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('is looked at by a job that keeps failed runs alone', async () => {
    const edge = openEdge();
    const { jobs = [] } = edgeCapability(test.ctx, edge);
    expect(jobs.map(({ name, record, needsKey }) => [name, record, needsKey])).toEqual([
      ['edge.watch', 'on_failure', undefined],
    ]);
    await edge.setRoutes([serving(NAME, app.target)]);
    processes[0]?.kill();
    await expect.poll(() => ask(portOf(edge)).catch(({ code }) => code)).toBe('ECONNREFUSED');
    await jobs[0]?.run({ payload: {}, signal: new AbortController().signal, report() {} });
    expect((await ask(portOf(edge))).body).toBe('the app');
  });

  it('outlives what clients and apps send it', async () => {
    const edge = openEdge();
    const rude = createTcp((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () =>
        socket.end('HTTP/1.1 101 X\r\nConnection: upgrade\r\nUpgrade: y\r\n\r\n\0\0'),
      );
    });
    await new Promise<void>((resolve) => rude.listen(0, '127.0.0.1', resolve));
    const { port } = rude.address() as AddressInfo;
    await edge.setRoutes([serving(NAME, app.target), serving('rude.localhost', { host: '127.0.0.1', port })]);
    for (let turn = 0; turn < 20; turn++) {
      expect((await ask(portOf(edge), { name: 'rude.localhost' })).status).toBe(502);
      await sendRaw(portOf(edge), '\0\x16\xff\r\n\r\n');
    }
    expect((await ask(portOf(edge))).body).toBe('the app');
    expect(processes.length).toBe(1);
    rude.close();
  });

  // What the system tells of a process without asking it.
  it.runIf(process.platform === 'linux')('is given nothing of the instance but its table', async () => {
    process.env.TEMPS_DATA_DIR = test.dataDir;
    process.env.TEMPS_CANARY = 'canary';
    try {
      const edge = openEdge();
      await edge.setRoutes([serving(NAME, app.target)]);
      const pid = readdirSync('/proc').find((each) => {
        if (!/^\d+$/.test(each)) return false;
        try {
          const parent = /^PPid:\t(\d+)$/m.exec(readFileSync(`/proc/${each}/status`, 'utf8'))?.[1];
          const command = readFileSync(`/proc/${each}/cmdline`, 'utf8');
          return parent === String(process.pid) && command.includes('edge-process');
        } catch {
          return false;
        }
      });
      const about = ['environ', 'cmdline']
        .map((file) => readFileSync(`/proc/${pid}/${file}`, 'utf8'))
        .join('');
      expect(about).toContain('edge-process');
      for (const text of ['TEMPS_CANARY', 'canary', test.dataDir]) expect(about).not.toContain(text);
      const open = readdirSync(`/proc/${pid}/fd`).length;
      expect(open).toBeLessThan(40);
    } finally {
      delete process.env.TEMPS_DATA_DIR;
      delete process.env.TEMPS_CANARY;
    }
  });
});

describe('its certificate', () => {
  it('is of the local authority, for the names of the routes and no others', async () => {
    const edge = openEdge();
    await edge.setRoutes([serving(NAME, app.target)]);
    const first = await look(portOf(edge));
    expect(first).toMatchObject({ names: `DNS:${NAME}`, trusted: true });
    const states = ['starting', 'serving', 'stopped'] as const;
    for (const state of states)
      await edge.setRoutes([state === 'serving' ? serving(NAME, app.target) : inState(NAME, state)]);
    expect((await look(portOf(edge))).fingerprint).toBe(first.fingerprint);
    await edge.setRoutes([serving(NAME, app.target), inState('blog.localhost', 'stopped')]);
    const second = await look(portOf(edge), 'blog.localhost');
    expect(second).toMatchObject({ names: `DNS:blog.localhost, DNS:${NAME}`, trusted: true });
    // It is kept: another instance of the edge serves the same.
    const again = openEdge();
    await again.setRoutes([serving(NAME, app.target), inState('blog.localhost', 'stopped')]);
    expect((await look(portOf(again))).fingerprint).toBe(second.fingerprint);
  });

  it('is replaced while connections stay', async () => {
    const edge = openEdge();
    await edge.setRoutes([serving(NAME, app.target)]);
    const socket = connectTls({
      host: '127.0.0.1',
      port: portOf(edge),
      servername: NAME,
      rejectUnauthorized: false,
    });
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    const get = lines('GET / HTTP/1.1', `Host: ${NAME}`);
    socket.write(get);
    await expect.poll(() => text.split('the app').length).toBe(2);
    await edge.setRoutes([serving(NAME, app.target), serving('blog.localhost', app.target)]);
    socket.write(get);
    await expect.poll(() => text.split('the app').length).toBe(3);
    socket.destroy();
  });

  it('is temporary while the vault is locked, and the real one as soon as it is open', async () => {
    test.lock();
    const edge = openEdge();
    await edge.setRoutes([serving(NAME, app.target)]);
    const port = portOf(edge);
    const locked = await look(port);
    expect(locked).toMatchObject({ names: `DNS:${NAME}`, trusted: false });
    expect((await ask(port)).body).toBe('the app');
    await edge.watch();
    expect((await look(port)).fingerprint).toBe(locked.fingerprint);
    // Another name needs another one.
    await edge.setRoutes([serving(NAME, app.target), serving('blog.localhost', app.target)]);
    expect((await look(port)).names).toBe(`DNS:blog.localhost, DNS:${NAME}`);
    test.unlock();
    test.ctx.events.emit('vault');
    await expect.poll(async () => (await look(port)).trusted).toBe(true);
    expect(processes.length).toBe(1);
    // Locked again it stays, and survives a crash.
    const { fingerprint } = await look(port);
    test.lock();
    test.ctx.events.emit('vault');
    processes[0]?.kill();
    await expect.poll(() => ask(port).catch(({ code }) => code)).toBe('ECONNREFUSED');
    await edge.watch();
    expect((await look(port)).fingerprint).toBe(fingerprint);
  });

  it('is the real one after an unlock that nobody told of', async () => {
    test.lock();
    const edge = openEdge();
    await edge.setRoutes([serving(NAME, app.target)]);
    test.unlock();
    await edge.watch();
    expect((await look(portOf(edge))).trusted).toBe(true);
  });

  it('is issued again when its key is replaced', async () => {
    const edge = openEdge();
    await edge.setRoutes([serving(NAME, app.target)]);
    const first = (await look(portOf(edge))).fingerprint;
    const id = test.ctx.store.sqlite
      .prepare("SELECT private_key_secret_id FROM local_certificates WHERE purpose = 'edge_leaf'")
      .pluck()
      .get() as SecretId;
    const keeper = tlsSecretKeeper(test.ctx);
    expect(keeper.describe([id]).get(id)).toMatchObject({
      title: 'HTTPS of your apps',
      name: 'HTTPS certificate of apps',
    });
    keeper.regenerate?.(id);
    await expect.poll(async () => (await look(portOf(edge))).fingerprint).not.toBe(first);
    expect((await look(portOf(edge))).trusted).toBe(true);
  });

  it('is another one than the door has, by the same authority, whoever asks first', async () => {
    const [door, edge] = await Promise.all([
      getLeaf(test.ctx, ['localhost']),
      getLeaf(test.ctx, [NAME], 'edge_leaf'),
    ]);
    expect(door.fingerprint).not.toBe(edge.fingerprint);
    const authority = findAuthorities(test.ctx)?.current.certificatePem ?? '';
    for (const { certificatePem } of [door, edge]) expect(certificatePem).toContain(authority);
    expect((await getLeaf(test.ctx, ['localhost'])).fingerprint).toBe(door.fingerprint);
  });

  it('is issued again when it is due', async () => {
    const edge = openEdge();
    await edge.setRoutes([serving(NAME, app.target)]);
    const port = portOf(edge);
    const first = (await look(port)).fingerprint;
    test.clock.advance(380 * 24 * 60 * 60 * 1000);
    test.ctx.events.emit('tls');
    await expect.poll(async () => (await look(port)).fingerprint).not.toBe(first);
    expect((await ask(port)).body).toBe('the app');
  });
});
