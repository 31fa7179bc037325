import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { createOwner, openInstance } from '../../electron/instance/instance.ts';

/**
 * Run by network-silence.test.ts in a network namespace of its own: a fresh instance with all doors, its set-up, a
 * secret, and two days of every scheduled job. With `control` in place of a data directory it sends what must be counted.
 */
const [, , dataDir = ''] = process.argv;
if (dataDir === 'control') await sendBeyondLoopback();
else await liveTwoDays(dataDir);

async function sendBeyondLoopback(): Promise<void> {
  const names = new Resolver({ timeout: 500, tries: 1 });
  await names.resolve4('example.net').catch(() => undefined);
  const socket = createSocket('udp4');
  await new Promise((resolve) => socket.send('x', 9, '192.0.2.1', resolve));
  socket.close();
}

async function liveTwoDays(dataDir: string): Promise<void> {
  let skippedMs = 0;
  const sinceStartMs = performance.now.bind(performance);
  // What is scheduled by the time that passed goes by this one.
  performance.now = () => sinceStartMs() + skippedMs;
  const clock = { now: () => Date.now() + skippedMs };

  const instance = await openInstance({ dataDir, env: {}, custody: 'file', clock });
  const doors = await instance.start({ https: { port: 0 }, http: { port: 0 }, socket: true });
  const ask = async <Answer>(method: string, path: string, body?: object): Promise<Answer> => {
    const request = new Request(`http://localhost/api${path}`, {
      method,
      body: body === undefined ? null : JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    });
    const response = await instance.fetch(request, createOwner('socket', clock.now()));
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (response.status === 204 ? null : await response.json()) as Answer;
  };

  await ask('POST', '/users/administrator', {
    name: 'Ada',
    email: 'ada@example.net',
    password: 'a long enough password',
  });
  const project = await ask<{ id: number }>('POST', '/projects', { name: 'shop' });
  const environments = await ask<{ id: number }[]>('GET', `/projects/${project.id}/environments`);
  await ask('POST', `/projects/${project.id}/env-vars`, {
    key: 'API_TOKEN',
    value: 'a value that is a secret',
    is_secret: true,
    environment_ids: environments.map(({ id }) => id),
  });
  await ask('POST', '/vault/doctor');

  const ran = new Set<string>();
  for (let day = 1; day <= 2; day += 1) {
    skippedMs += 25 * 60 * 60 * 1000;
    // Each is due now; it has run when it is due later.
    for (;;) {
      const { jobs } = await ask<{ jobs: { name: string; next_at: number | null }[] }>('GET', '/jobs');
      // The others run when asked for.
      const scheduled = jobs.filter(({ next_at }) => next_at !== null);
      for (const { name, next_at } of scheduled) if ((next_at ?? 0) > clock.now()) ran.add(`${name} ${day}`);
      if (scheduled.length > 0 && scheduled.every(({ name }) => ran.has(`${name} ${day}`))) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  await instance.stop();
  process.stdout.write(JSON.stringify({ ran: [...ran], httpsUrl: doors.httpsUrl }));
}
