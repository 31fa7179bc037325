import { describe, expect, it } from 'vitest';
import { findLinkedPath, isConsoleUrl, toConsoleUrl } from '../../../electron/desktop/window/app-origin.ts';
import { answerAppRequest } from '../../../electron/desktop/window/app-protocol.ts';
import { mayAsk, mayCall, mayOpenOutside } from '../../../electron/desktop/window/guard-rules.ts';

const foreign = [
  'https://app/',
  'temps://evil/',
  'temps://app.evil/',
  'temps://app:81/',
  'temps://user@app/',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'data:text/html,x',
  'about:blank',
  '',
];

describe('an address of the console', () => {
  it('is its own origin alone', () => {
    expect(isConsoleUrl('temps://app/key?x#y')).toBe(true);
    for (const address of foreign) expect(isConsoleUrl(address), address).toBe(false);
  });

  it('is made of paths alone', () => {
    expect(toConsoleUrl('/key/copy#place')).toBe('temps://app/key/copy#place');
    for (const path of ['//evil/x', '/\\evil', 'key', 'https://evil', '/a\nb', ''])
      expect(() => toConsoleUrl(path), path).toThrow();
  });
});

describe('a link that the system hands over', () => {
  it('shows a page, and brings nothing along', () => {
    expect(findLinkedPath('temps://app/key?token=x#y')).toBe('/key');
    for (const link of ['temps://app', 'temps://app/', 'temps://app?x'])
      expect(findLinkedPath(link), link).toBe('/');
    for (const link of [
      ...foreign,
      'temps://app/../etc',
      'temps://app/%2e%2e/x',
      'temps://app/./api/vault/status',
      'temps://app/key/./../link',
      'temps://app/.',
      'temps://app/a%2fb',
      'temps://app//evil/x',
      'temps://app/ke\ny',
      'temps://app/key?x\ny',
      'temps://app/\t/evil',
      'temps://app/\\evil',
      'temps://app/%6cink#token',
      'temps://app/link#token',
      'temps://app/api/vault/lock',
    ])
      expect(findLinkedPath(link), link).toBe(null);
  });
});

describe('a request of the page', () => {
  const asked: Request[] = [];
  const door = {
    async fetch(request: Request) {
      asked.push(request);
      return Response.json({ at: new URL(request.url).pathname });
    },
    confirm() {},
    forgetConfirmation() {},
    noteScreen() {},
    noteScreenSource() {},
  };
  const answer = (url: string, init?: RequestInit) => answerAppRequest(door, new Request(url, init));

  it('reaches the instance with its method, words and body', async () => {
    const done = await answer('temps://app/api/projects?a=b', {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: 'temps://app' },
      body: '{"name":"shop"}',
    });
    expect(await done.json()).toEqual({ at: '/api/projects' });
    const request = asked.at(-1);
    expect([request?.method, request?.url, await request?.text()]).toEqual([
      'POST',
      'http://localhost/api/projects?a=b',
      '{"name":"shop"}',
    ]);
  });

  it('climbs nowhere: the address itself is made whole first', async () => {
    expect(await (await answer('temps://app/a/%2e%2e/../..//key')).json()).toEqual({ at: '//key' });
  });

  it('is refused when it climbs, or comes from elsewhere', async () => {
    const before = asked.length;
    for (const url of ['temps://app/a%2f..%2fb', 'temps://app/a%5cb', 'temps://app/%00'])
      expect((await answer(url)).status, url).toBe(400);
    for (const url of ['temps://evil/', 'https://app/']) expect((await answer(url)).status, url).toBe(404);
    for (const origin of ['https://evil.example', 'null', 'temps://evil'])
      expect((await answer('temps://app/api/projects', { headers: { origin } })).status, origin).toBe(403);
    expect(asked.length).toBe(before);
  });
});

describe('what the page may ask of the system', () => {
  it('is writing the clipboard and the camera’s picture, for the console alone', () => {
    expect(mayAsk('clipboard-sanitized-write', 'temps://app/', [])).toBe(true);
    expect(mayAsk('media', 'temps://app/key/verify', ['video'])).toBe(true);
    for (const [permission, types] of [
      ['media', ['audio']],
      ['media', ['video', 'audio']],
      ['media', []],
      ['clipboard-read', []],
      ['geolocation', []],
      ['notifications', []],
      ['fullscreen', []],
      ['openExternal', []],
      ['display-capture', []],
      ['hid', []],
      ['unknown', []],
    ] as const)
      expect(mayAsk(permission, 'temps://app/', types), permission).toBe(false);
    for (const address of foreign)
      expect(mayAsk('clipboard-sanitized-write', address, []), address).toBe(false);
  });

  it('opens web sites outside, over TLS', () => {
    expect(mayOpenOutside('https://age-encryption.org/v1')).toBe(true);
    for (const address of ['http://example.org', 'https://user:pw@example.org', ...foreign.slice(1)])
      expect(mayOpenOutside(address), address).toBe(false);
  });
});

describe('a call of the bridge', () => {
  it('is the main frame’s, while it shows the console', () => {
    const main = { url: 'temps://app/key' };
    expect(mayCall(main, main)).toBe(true);
    expect(mayCall(null, main)).toBe(false);
    // A frame inside the page, whatever it shows, and the frame of a window that is no more.
    expect(mayCall({ url: 'temps://app/key' }, main)).toBe(false);
    for (const url of foreign) {
      const frame = { url };
      expect(mayCall(frame, frame), url).toBe(false);
    }
  });
});
