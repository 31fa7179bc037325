import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOwner } from '../../../electron/instance/doors/socket-door.ts';
import { openDoor, type TestDoor } from '../harness.ts';

const decompress = {
  br: brotliDecompressSync,
  gzip: gunzipSync,
  zstd: zstdDecompressSync,
} as const;
const ALL = Object.keys(decompress).join(', ');
/** Longer than what is too short to be compressed. */
const LONG = 'opensesame'.repeat(500);

describe('answers, compressed', () => {
  let door: TestDoor & { stop(): Promise<void> };
  let project = 0;
  let variable = 0;
  beforeAll(async () => {
    door = await openDoor('socket');
    project = (await door.owner('POST', '/projects', { name: 'shop' })).body.id;
    for (let index = 0; index < 20; index++)
      await door.owner('POST', `/projects/${project}/env-vars`, {
        key: `PLAIN_${index}`,
        value: `value ${index} of a list`,
        is_secret: false,
      });
    const made = await door.owner('POST', `/projects/${project}/env-vars`, {
      key: 'PASSWORD',
      value: LONG,
      is_secret: true,
    });
    variable = made.body.id;
  });
  afterAll(async () => door.stop());

  const ask = async (path: string, acceptEncoding: string | null, method = 'GET', body?: object) =>
    await door.instance.fetch(
      new Request(`http://localhost${path}`, {
        method,
        headers: {
          ...(acceptEncoding === null ? {} : { 'accept-encoding': acceptEncoding }),
          ...(body ? { 'content-type': 'application/json' } : {}),
        },
        body: body ? JSON.stringify(body) : null,
      }),
      createOwner('window', door.clock.now()),
    );
  const list = () => `/api/projects/${project}/env-vars`;

  it.each(Object.keys(decompress) as (keyof typeof decompress)[])('sends a list in %s', async (coding) => {
    const plain = await (await ask(list(), null)).text();
    const answer = await ask(list(), `${coding};q=0.5, identity;q=0.1`);
    expect(answer.headers.get('content-encoding')).toBe(coding);
    expect(answer.headers.get('vary')).toBe('accept-encoding');
    const bytes = Buffer.from(await answer.arrayBuffer());
    expect(bytes.length).toBeLessThan(plain.length / 3);
    expect(decompress[coding](bytes).toString('utf8')).toBe(plain);
  });

  it('sends what the client can read', async () => {
    for (const [accepted, coding] of [
      [null, null],
      ['', null],
      ['identity', null],
      ['deflate', null],
      ['br;q=0, gzip;q=0, zstd;q=0', null],
      ['*;q=0', null],
      ['br;q=0, *', 'zstd'],
      ['zstd;q=0, *;q=0.1', 'br'],
      ['GZIP', 'gzip'],
      ['gzip, br', 'br'],
      [';;,q=,,', null],
    ] as const) {
      const answer = await ask(list(), accepted);
      expect(answer.headers.get('content-encoding'), String(accepted)).toBe(coding);
      // Caches keep one for each.
      expect(answer.headers.get('vary')).toBe('accept-encoding');
    }
  });

  it('never compresses what holds a secret: how long it is would tell of it', async () => {
    const secret = `${list()}/${variable}`;
    for (const [path, method, body] of [
      [`${secret}/value`, 'GET'],
      [`/api/projects/${project}/variables/resolved`, 'GET'],
      [`/api/projects/${project}/variables/export`, 'GET'],
    ] as [string, string, object?][]) {
      const answer = await ask(path, ALL, method, body);
      const text = await answer.text();
      expect(answer.status, `${path} ${text.slice(0, 200)}`).toBe(200);
      expect(text).toContain(LONG);
      expect(answer.headers.get('content-encoding'), path).toBeNull();
    }
    // What is made once and shown once is short, and stays as it is however long it gets.
    const token = await ask(`/api/projects/${project}/deployment-tokens`, ALL, 'POST', {
      name: 'n'.repeat(100),
      environment_ids: [],
    });
    expect(token.headers.get('content-encoding')).toBeNull();
  });
});
