import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WindowDoor } from '../../electron/instance/doors/window-door.ts';
import { type Instance, openInstance } from '../../electron/instance/instance.ts';
import { readCookieName } from './harness.ts';
import { recorded } from './recording/record-answers.ts';

const PASSWORD = 'correct horse battery';
let dataDir: string;
let instance: Instance;
let door: WindowDoor;
let now = Date.now();
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'temps-window-'));
  instance = await openInstance({ dataDir, custody: 'file', clock: { now: () => now } });
  door = instance.openWindowDoor();
});
afterAll(async () => {
  await instance.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const send = recorded('window', async (method, path, body?: unknown, sent: Record<string, string> = {}) => {
  const answer = await door.fetch(
    new Request(`http://localhost/api${path}`, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...sent },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
  );
  const text = await answer.text();
  const headers = Object.fromEntries(answer.headers);
  return { status: answer.status, headers, text, body: text === '' ? null : JSON.parse(text) };
});
const rotate = () => send('POST', '/vault/key/rotation', {});
const undo = () => send('POST', '/vault/key/rotation/undo');

describe('the door of the desktop window', () => {
  it('is the owner, without an account at first', async () => {
    const { body } = await send('GET', '/auth/session');
    expect(body).toMatchObject({
      state: 'signed_in',
      kind: 'owner',
      via: 'window',
      user: null,
      is_set_up: false,
    });
  });

  it('counts setting up as a proof of who is there, and hands no cookie out', async () => {
    const { body: link } = await send('POST', '/links');
    const token = /[=/]([^=/]+)$/.exec(link.path)?.[1];
    const done = await send('POST', '/setup', {
      token,
      email: 'ada@example.org',
      name: 'Ada',
      password: PASSWORD,
    });
    expect([done.status, done.headers['set-cookie']]).toEqual([201, undefined]);
    const { body } = await send('GET', '/auth/session');
    expect(body).toMatchObject({ via: 'window', user: { email: 'ada@example.org' }, has_password: true });
    expect(body.confirmed_until).toBeGreaterThan(now);
    expect((await rotate()).status).toBe(201);
    await undo();
  });

  it('asks again after five minutes, and once the screen was locked', async () => {
    now += 5 * 60_000 + 1;
    expect((await rotate()).body.error_code).toBe('confirmation_required');
    expect((await send('POST', '/auth/confirm', { password: 'wrong horse battery' })).status).toBe(401);
    expect((await rotate()).body.error_code).toBe('confirmation_required');
    expect((await send('POST', '/auth/confirm', { password: PASSWORD })).status).toBe(204);
    expect((await rotate()).status).toBe(201);
    await undo();
    door.noteScreen(true);
    door.noteScreen(false);
    expect((await rotate()).body.error_code).toBe('confirmation_required');
  });

  it('takes the system’s word for who is there', async () => {
    door.confirm();
    expect((await rotate()).status).toBe(201);
    await undo();
    // The computer slept.
    door.forgetConfirmation();
    expect((await rotate()).body.error_code).toBe('confirmation_required');
  });

  it('takes no credentials from its page: they could make it someone else', async () => {
    const lies: Record<string, string>[] = [
      { authorization: 'Bearer tk_nobody' },
      { cookie: `${readCookieName(dataDir)}=nobody` },
    ];
    for (const headers of lies) {
      const { status, body } = await send('GET', '/auth/session', undefined, headers);
      expect([status, body.kind, body.via]).toEqual([200, 'owner', 'window']);
    }
  });

  it('proves nothing for a set-up that failed', async () => {
    const again = await send('POST', '/setup', {
      token: 'none',
      email: 'eve@example.org',
      name: '',
      password: PASSWORD,
    });
    expect(again.status).toBeGreaterThanOrEqual(400);
    expect((await rotate()).body.error_code).toBe('confirmation_required');
  });
});
