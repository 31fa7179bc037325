import { once } from 'node:events';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { Agent } from 'node:https';
import { type AddressInfo, createServer as createTcp, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { EdgeServer } from '../../../electron/instance/edge/server.ts';
import {
  ask,
  begin,
  CONSOLE_COOKIE,
  connectRaw,
  lines,
  openApp,
  openServer,
  sendRaw,
  serving,
  type TestApp,
  tableOf,
  waitForClose,
} from './harness.ts';

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of opened.splice(0)) await each.close();
});

async function openBoth(answer: RequestListener): Promise<{ app: TestApp; edge: EdgeServer }> {
  const app = await openApp(answer);
  const edge = await openServer([serving('shop.localhost', app.target)]);
  opened.push(edge, app);
  return { app, edge };
}

const read = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};
const echo: RequestListener = async (request, response) => {
  const body = await read(request);
  response.end(JSON.stringify({ url: request.url, raw: request.rawHeaders, body: body.toString('latin1') }));
};

describe('a request', () => {
  it.each([
    'GET',
    'POST',
    'PUT',
    'PATCH',
    'DELETE',
    'OPTIONS',
    'PROPFIND',
  ])('of %s reaches the app with its path, headers and body, and the answer comes back', async (method) => {
    const { app, edge } = await openBoth((request, response) => {
      void read(request).then((body) => {
        response.writeHead(201, { 'x-shop': 'yes', 'content-type': 'text/plain' });
        response.end(`${request.method} ${request.url} ${body}`);
      });
    });
    const body = method === 'GET' || method === 'OPTIONS' ? '' : 'some text';
    const answer = await ask(edge.port, {
      method,
      path: '/a%20b/?q=1&q=%2F#x',
      headers: { 'x-client': 'mine', ...(body === '' ? {} : { 'content-length': String(body.length) }) },
      body,
    });
    expect([answer.status, answer.body, answer.headers['x-shop']]).toEqual([
      201,
      `${method} /a%20b/?q=1&q=%2F#x ${body}`,
      'yes',
    ]);
    expect(app.seen[0]?.headers['x-client']).toBe('mine');
  });

  it('is told to the app in our words, and in none of the client', async () => {
    const { edge } = await openBoth(echo);
    const answer = await ask(edge.port, {
      headers: {
        'x-forwarded-for': '6.6.6.6',
        'x-forwarded-user': 'root',
        x_forwarded_proto: 'http',
        'x-real-ip': '6.6.6.6',
        forwarded: 'for=6.6.6.6',
        te: 'trailers',
        'proxy-authorization': 'Basic eA==',
        connection: 'keep-alive, X-Mine',
        'x-mine': 'for this connection',
        'keep-alive': 'timeout=5',
      },
    });
    const raw: string[] = JSON.parse(answer.body).raw;
    const pairs = Object.fromEntries(
      Array.from({ length: raw.length / 2 }, (_, at) => [raw[at * 2]?.toLowerCase(), raw[at * 2 + 1]]),
    );
    expect(pairs).toEqual({
      host: `shop.localhost:${edge.port}`,
      connection: 'keep-alive',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': `shop.localhost:${edge.port}`,
      forwarded: `for=127.0.0.1;host="shop.localhost:${edge.port}";proto=https`,
    });
    expect(answer.body).not.toContain('6.6.6.6');
  });

  it('over IPv6 says so', async () => {
    const { edge } = await openBoth(echo);
    const answer = await ask(edge.port, { address: '::1' });
    expect(answer.body).toContain('for=\\"[::1]\\";host=');
  });

  it('loses the cookie of the console, and no other byte', async () => {
    const { edge } = await openBoth((request, response) => {
      response.end(JSON.stringify(request.headers.cookie ?? null));
    });
    const sent = async (cookie: string) => JSON.parse((await ask(edge.port, { headers: { cookie } })).body);
    const own = `${CONSOLE_COOKIE}=secret`;
    expect(await sent(own)).toBe(null);
    expect(await sent(`a=1;  b="x y" ; ${own}; c==;;d`)).toBe('a=1;  b="x y" ; c==;;d');
    expect(await sent(`${own}; a=1`)).toBe('a=1');
    expect(await sent(`a=1;${own};${own}; \t${own} `)).toBe('a=1');
    expect(await sent(`a=${CONSOLE_COOKIE}; x${own}`)).toBe(`a=${CONSOLE_COOKIE}; x${own}`);
  });

  it('of which the app sets the cookie of the console gets all its other cookies', async () => {
    const { edge } = await openBoth((_request, response) => {
      response.setHeader('Set-Cookie', [
        'a=1; Path=/; SameSite=Lax',
        `${CONSOLE_COOKIE}=evil; Path=/; Secure`,
        `  ${CONSOLE_COOKIE} =evil`,
        `=${CONSOLE_COOKIE}=evil`,
        CONSOLE_COOKIE,
        `b=${CONSOLE_COOKIE}; HttpOnly`,
      ]);
      response.end();
    });
    const { headers } = await ask(edge.port);
    expect(headers['set-cookie']).toEqual(['a=1; Path=/; SameSite=Lax', `b=${CONSOLE_COOKIE}; HttpOnly`]);
  });

  it('gets headers as the app wrote them, but for those of its connection', async () => {
    const { edge } = await openBoth((_request, response) => {
      response.writeHead(200, [
        ...['X-Two', '1', 'x-two', '2', 'ETag', 'W/"ä"', 'Connection', 'X-Own, keep-alive', 'X-Own', 'no'],
        ...['Strict-Transport-Security', 'max-age=31536000', 'Date', 'yesterday', 'Content-Length', '2'],
      ]);
      // Node writes the head with a text in the text's encoding.
      response.end(Buffer.from('ok'));
    });
    const { rawHeaders } = await ask(edge.port);
    const names = rawHeaders.filter((_, at) => at % 2 === 0);
    expect(names).toEqual(['X-Two', 'x-two', 'ETag', 'Date', 'Content-Length', 'Connection']);
    expect(rawHeaders[5]).toBe('W/"ä"');
  });

  it.each([
    ['HEAD', 200, { 'content-length': '1234' }],
    ['HEAD', 200, {}],
    ['GET', 204, {}],
    ['GET', 304, { etag: '"1"' }],
  ] as const)('of %s that is answered with %s has no body, and the connection takes the next', async (method, status, headers) => {
    const { edge } = await openBoth((_request, response) => response.writeHead(status, headers).end());
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let turn = 0; turn < 3; turn++) {
      const answer = await ask(edge.port, { method, agent });
      expect([answer.status, answer.body, answer.isWhole]).toEqual([status, '', true]);
      expect(answer.headers).toMatchObject(headers);
    }
    agent.destroy();
  });

  it('in absolute form is for its Host, and for no other', async () => {
    const { edge } = await openBoth(echo);
    const send = (target: string) =>
      sendRaw(edge.port, lines(`GET ${target} HTTP/1.1`, 'Host: shop.localhost', 'Connection: close'));
    expect(await send('https://shop.localhost/x?y')).toContain('"url":"/x?y"');
    expect(await send('https://shop.localhost')).toContain('"url":"/"');
    for (const other of ['https://blog.localhost/', 'http://shop.localhost/', '*', 'shop.localhost:443'])
      expect(await send(other)).toMatch(/^HTTP\/1\.1 400 /);
  });
});

describe('a body', () => {
  it('of many megabytes passes in both directions as it is', async () => {
    const { edge } = await openBoth((request, response) => request.pipe(response));
    const large = Buffer.alloc(24 * 1024 * 1024, 'temps ');
    for (const headers of [{ 'content-length': String(large.length) }, { 'transfer-encoding': 'chunked' }])
      expect((await ask(edge.port, { method: 'POST', body: large, headers })).body === String(large)).toBe(
        true,
      );
  });

  it('is passed on while it comes, and its answer too', async () => {
    const { edge } = await openBoth((request, response) => {
      response.writeHead(200);
      request.on('data', (chunk: Buffer) => response.write(`<${chunk}>`));
      request.on('end', () => response.end('.'));
    });
    const answered = Promise.withResolvers<IncomingMessage>();
    const sent = begin(edge.port, { method: 'POST' }, answered.resolve);
    sent.write('one');
    const incoming = await answered.promise;
    let text = '';
    incoming.on('data', (chunk) => {
      text += chunk;
    });
    await expect.poll(() => text).toBe('<one>');
    sent.write('two');
    await expect.poll(() => text).toBe('<one><two>');
    sent.end();
    await once(incoming, 'end');
    expect(text).toBe('<one><two>.');
  });

  it('of events is passed on event by event, its head before all of them', async () => {
    let stream: ServerResponse | null = null;
    const { edge } = await openBoth((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
      stream = response;
    });
    const answered = Promise.withResolvers<IncomingMessage>();
    begin(edge.port, {}, answered.resolve).end();
    const incoming = await answered.promise;
    let text = '';
    incoming.on('data', (chunk) => {
      text += chunk;
    });
    for (const event of ['data: 1\n\n', 'data: 2\n\n']) {
      (stream as unknown as ServerResponse).write(event);
      await expect.poll(() => text.endsWith(event)).toBe(true);
    }
    incoming.on('error', () => undefined);
    incoming.destroy();
    // The app hears that nobody listens any more.
    await once(stream as unknown as ServerResponse, 'close');
  });

  it('that nobody takes is not read ahead without end, whoever the slow one is', async () => {
    let sent = 0;
    let received = 0;
    let paused: IncomingMessage | null = null;
    const { edge } = await openBoth((request, response) => {
      if (request.method === 'POST') {
        paused = request.on('data', (chunk: Buffer) => {
          received += chunk.length;
        });
        request.pause();
        return;
      }
      const chunk = Buffer.alloc(64 * 1024);
      const more = () => {
        sent += chunk.length;
        if (response.write(chunk)) setImmediate(more);
        else response.once('drain', more);
      };
      more();
    });
    const settles = async (count: () => number) => {
      let last = -1;
      await expect
        .poll(
          () => {
            const isSame = last === count();
            last = count();
            return isSame;
          },
          { interval: 500 },
        )
        .toBe(true);
      return count();
    };
    const socket = await connectRaw(edge.port);
    socket.pause();
    socket.write(lines('GET / HTTP/1.1', 'Host: shop.localhost'));
    await expect.poll(() => sent).toBeGreaterThan(0);
    expect(await settles(() => sent)).toBeLessThan(32 * 1024 * 1024);
    socket.destroy();

    let given = 0;
    const post = begin(edge.port, { method: 'POST' }, () => undefined);
    post.on('error', () => undefined);
    const push = () => {
      given += 64 * 1024;
      if (post.write(Buffer.alloc(64 * 1024))) setImmediate(push);
      else post.once('drain', push);
    };
    push();
    await expect.poll(() => paused).not.toBe(null);
    expect(await settles(() => given)).toBeLessThan(32 * 1024 * 1024);
    (paused as unknown as IncomingMessage).resume();
    await expect.poll(() => received).toBeGreaterThan(16 * 1024 * 1024);
    post.destroy();
  });

  it('is waited for before it is sent, where the client asks so', async () => {
    const { app, edge } = await openBoth(echo);
    const head = ['POST /x HTTP/1.1', 'Host: shop.localhost', 'Content-Length: 4', 'Expect: 100-continue'];
    const socket = await connectRaw(edge.port);
    socket.write(lines(...head, 'Connection: close'));
    await expect.poll(() => socket.text()).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    socket.write('body');
    await waitForClose(socket);
    expect(socket.text()).toContain('"body":"body"');
    expect(app.seen[0]?.headers.expect).toBeUndefined();

    // One that nobody wants is not sent, and could not be told from a request any more.
    edge.serve(tableOf(), null);
    const refused = await connectRaw(edge.port);
    refused.write(lines(...head));
    await waitForClose(refused);
    expect(refused.text()).toMatch(/^HTTP\/1\.1 404 [\s\S]*connection: close/i);
  });

  it('that the app did not wait for does not take its answer away, nor the next request', async () => {
    const { app, edge } = await openBoth((request, response) => {
      if (request.url === '/upload') response.writeHead(413).end('too large');
      else response.end('next');
    });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const body = Buffer.alloc(4 * 1024 * 1024);
    for (let turn = 0; turn < 3; turn++) {
      const early = await ask(edge.port, { method: 'POST', path: '/upload', body, agent });
      expect([early.status, early.body]).toEqual([413, 'too large']);
      expect((await ask(edge.port, { agent })).body).toBe('next');
    }
    agent.destroy();
    await expect.poll(() => edge.count(app.target)).toBe(0);
  });

  it('that ends too early is no whole one at the client, either', async () => {
    const { edge } = await openBoth((request, response) => {
      response.writeHead(200, request.url === '/length' ? { 'content-length': '10' } : {});
      response.write('abc', () => response.socket?.destroy());
    });
    for (const path of ['/length', '/chunks']) {
      const answer = await ask(edge.port, { path });
      expect([answer.status, answer.body, answer.isWhole]).toEqual([200, 'abc', false]);
    }
  });

  it('whose client leaves ends at the app', async () => {
    const closed = Promise.withResolvers<void>();
    const { edge, app } = await openBoth((request) => {
      request.on('data', () => undefined);
      request.on('error', () => undefined);
      request.once('close', closed.resolve);
    });
    const sent = begin(edge.port, { method: 'POST' }, () => undefined);
    sent.on('error', () => undefined);
    sent.write('half');
    await expect.poll(() => edge.count(app.target)).toBe(1);
    sent.destroy();
    await closed.promise;
    await expect.poll(() => edge.count(app.target)).toBe(0);
  });
});

describe('an app that closes a connection which it kept', () => {
  /** Answers the first request of a connection, and closes it at the second. */
  async function openShortLived() {
    const connections: Socket[] = [];
    let asked = 0;
    const server = createTcp((socket) => {
      connections.push(socket);
      let count = 0;
      socket.on('error', () => undefined);
      socket.on('data', () => {
        asked += 1;
        count += 1;
        if (count > 1) socket.destroy();
        else socket.write(lines('HTTP/1.1 200 OK', 'Content-Length: 0'));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const edge = await openServer([
      serving('shop.localhost', { host: '127.0.0.1', port: (server.address() as AddressInfo).port }),
    ]);
    opened.push(edge, {
      close: () =>
        new Promise((resolve) => {
          server.close(() => resolve());
          for (const socket of connections) socket.destroy();
        }),
    });
    return { edge, connections, countAsked: () => asked };
  }

  it('answers a request that may be sent twice on another one', async () => {
    const { edge, connections, countAsked } = await openShortLived();
    expect((await ask(edge.port)).status).toBe(200);
    expect((await ask(edge.port)).status).toBe(200);
    expect([connections.length, countAsked()]).toEqual([2, 3]);
  });

  it('is not sent any other request twice', async () => {
    const { edge, countAsked } = await openShortLived();
    expect((await ask(edge.port)).status).toBe(200);
    expect((await ask(edge.port, { method: 'POST', body: 'x' })).status).toBe(502);
    expect(countAsked()).toBe(2);
  });
});
