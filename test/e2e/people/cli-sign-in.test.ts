import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Served, serve, temps } from '../terminal.ts';

/** The owner at the machine itself, and a program on another computer that knows the address alone. */
describe('signing in a command line from the command line', () => {
  let dataDir: string;
  let served: Served;
  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'temps-sign-in-'));
    served = await serve(dataDir);
  });
  afterAll(async () => {
    await served?.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const owner = (...args: string[]) => temps(dataDir, args);
  /** As any HTTP client; what is secret goes by standard input. */
  function send(path: string, body: object | null, key?: string) {
    const config = [
      ...(body === null ? [] : [`data = ${JSON.stringify(JSON.stringify(body))}`]),
      'header = "content-type: application/json"',
      ...(key ? [`header = "authorization: Bearer ${key}"`] : []),
    ];
    const options = ['-sk', '-K', '-', '-X', 'POST', '-w', '\n%{http_code}'];
    const { stdout } = spawnSync('curl', [...options, `${served.url}${path}`], {
      input: config.join('\n'),
      encoding: 'utf8',
    });
    const [text = '', status] = stdout.split(/\n(?=\d+$)/);
    return { status: Number(status), body: text === '' ? null : JSON.parse(text) };
  }
  const start = (client_name: string) => send('/api/auth/cli/device/start', { client_name }).body;
  const poll = (device_code: string) => send('/api/auth/cli/device/poll', { device_code }).body;

  it('says who asks, approves when told to, and gives a key that works and can be ended', () => {
    const { device_code, user_code } = start('laptop\u001b[31m');
    const asked = owner('token', 'approve', user_code, '--role', 'reader');
    expect(asked.code).toBe(1);
    // Without what a terminal would obey.
    expect(asked.err).toContain('calls itself “laptop[31m”');
    expect(asked.err).toContain('asked from 127.0.0.1');
    expect(asked.err).toContain('repeat this with --yes');

    const approved = owner('token', 'approve', user_code, '--role', 'reader', '--days', '7', '--yes');
    expect(approved.out).toMatch(
      /^Approved: Signed in from laptop\[31m, as reader, until \d{4}-\d\d-\d\d\.\n$/,
    );
    const { status, api_key, expires_at } = poll(device_code);
    expect(status).toBe('approved');
    expect(Math.round((Date.parse(expires_at) - Date.now()) / 86_400_000)).toBe(7);
    expect(approved.out + approved.err + served.output()).not.toContain(api_key.slice(15));
    expect(send('/api/projects', { name: 'x' }, api_key).status).toBe(403);
    // As upstream's client sends it.
    expect(send('/auth/cli/logout', null, api_key).status).toBe(204);
    expect(send('/api/projects', { name: 'x' }, api_key).status).toBe(401);
  });

  it('denies', () => {
    const { device_code, user_code } = start('stranger');
    expect(owner('token', 'deny', user_code.toLowerCase()).code).toBe(0);
    expect(poll(device_code)).toEqual({ status: 'access_denied' });
  });

  it('refuses what is no code, role or number of days, each by its exit code', () => {
    const { user_code } = start('kept waiting');
    for (const [args, code] of [
      [['token', 'approve', 'BBBB-BBBB', '--role', 'reader', '--yes'], 4],
      [['token', 'deny', 'BBBB-BBBB'], 4],
      [['token', 'approve', user_code, '--yes'], 2],
      [['token', 'approve', user_code, '--role', 'king', '--yes'], 2],
      [['token', 'approve', user_code, '--role', 'reader', '--days', '0', '--yes'], 2],
      [['token', 'approve', user_code, '--role', 'reader', '--days', '367', '--yes'], 2],
      [['token', 'approve', '--role', 'reader'], 2],
    ] as const)
      expect(owner(...args).code, args.join(' ')).toBe(code);
  });
});
