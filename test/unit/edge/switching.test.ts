import type { ServerResponse } from 'node:http';
import { Agent } from 'node:https';
import { afterEach, describe, expect, it } from 'vitest';
import type { EdgeServer } from '../../../electron/instance/edge/server.ts';
import { ask, begin, openApp, openServer, serving, type TestApp, tableOf } from './harness.ts';

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of opened.splice(0)) await each.close();
});

const NAME = 'shop.localhost';

async function openReleases(count: number): Promise<{ apps: TestApp[]; edge: EdgeServer }> {
  const apps: TestApp[] = [];
  for (let at = 0; at < count; at++)
    apps.push(
      await openApp((request, response) => {
        request.resume();
        request.on('end', () => setTimeout(() => response.end(`release ${at}`), at % 3));
      }),
    );
  const edge = await openServer([serving(NAME, (apps[0] as TestApp).target)]);
  opened.push(edge, ...apps);
  return { apps, edge };
}

describe('a switch', () => {
  it('under load fails no request of any connection that is kept', async () => {
    const { apps, edge } = await openReleases(6);
    const failed: string[] = [];
    const answered = new Map<string, number>();
    let isOver = false;
    const clients = Array.from({ length: 64 }, async (_, at) => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      // Every eighth sends a body.
      const how = at % 8 === 0 ? { method: 'POST', body: 'x'.repeat(2000) } : {};
      while (!isOver) {
        const { status, body, isWhole } = await ask(edge.port, { agent, ...how }).catch((error: Error) => ({
          status: 0,
          body: String(error),
          isWhole: false,
        }));
        if (status === 200 && isWhole) answered.set(body, (answered.get(body) ?? 0) + 1);
        else failed.push(`${status} ${body}`);
      }
      agent.destroy();
    });
    for (const [at, app] of apps.entries()) {
      edge.serve(tableOf(serving(NAME, app.target)), null);
      const old = apps[at - 1];
      if (old) {
        // What a deployment does: nothing is open any more, so it stops.
        await expect.poll(() => edge.count(old.target), { interval: 5 }).toBe(0);
        await old.close();
      }
      await expect.poll(() => answered.get(`release ${at}`) ?? 0).toBeGreaterThan(100);
    }
    isOver = true;
    await Promise.all(clients);
    expect(failed).toEqual([]);
    expect(answered.size).toBe(apps.length);
  });

  it('takes the next request of a connection along, and leaves the one under way', async () => {
    let slow: ServerResponse | null = null;
    const first = await openApp((request, response) => {
      if (request.url === '/slow') {
        response.write('begun ');
        slow = response;
      } else response.end('first');
    });
    const second = await openApp((_request, response) => response.end('second'));
    const edge = await openServer([serving(NAME, first.target)]);
    opened.push(edge, first, second);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    expect((await ask(edge.port, { agent })).body).toBe('first');
    const underWay = ask(edge.port, { path: '/slow' });
    await expect.poll(() => slow).not.toBe(null);
    edge.serve(tableOf(serving(NAME, second.target)), null);
    expect((await ask(edge.port, { agent })).body).toBe('second');
    expect([edge.count(first.target), edge.count(second.target)]).toEqual([1, 0]);
    (slow as unknown as ServerResponse).end('and ended');
    expect((await underWay).body).toBe('begun and ended');
    await expect.poll(() => edge.count(first.target)).toBe(0);
    // And back again: the connections to it were closed meanwhile.
    edge.serve(tableOf(serving(NAME, first.target)), null);
    expect((await ask(edge.port, { agent })).body).toBe('first');
    agent.destroy();
  });

  it('cuts what is open to a target when it is told to, and nothing else', async () => {
    const silent = await openApp(() => undefined);
    const streaming = await openApp((_request, response) => void response.write('begun'));
    const edge = await openServer([
      serving(NAME, silent.target),
      serving('blog.localhost', streaming.target),
    ]);
    opened.push(edge, silent, streaming);
    const waiting = ask(edge.port);
    const reading = Promise.withResolvers<string>();
    const begun = Promise.withResolvers<void>();
    begin(edge.port, { name: 'blog.localhost' }, (incoming) => {
      incoming.once('data', () => begun.resolve());
      incoming.on('error', () => undefined);
      incoming.once('close', () => reading.resolve(incoming.complete ? 'whole' : 'cut'));
    }).end();
    await expect.poll(() => [edge.count(silent.target), edge.count(streaming.target)]).toEqual([1, 1]);
    // Before its answer has begun, a page takes its place.
    await begun.promise;
    edge.cut(silent.target);
    expect((await waiting).status).toBe(502);
    expect([edge.count(silent.target), edge.count(streaming.target)]).toEqual([0, 1]);
    edge.cut(streaming.target);
    expect(await reading.promise).toBe('cut');
    expect(edge.count(streaming.target)).toBe(0);
  });
});
