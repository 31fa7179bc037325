import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findEnd } from '../../../../electron/instance/projects/ends/value-end.ts';
import { SecretText } from '../../../../electron/instance/vault/secret-text.ts';
import cases from '../../../fixtures/value-ends.json' with { type: 'json' };
import { requires } from '../../../requires.ts';

const find = (value: string) => findEnd(new SecretText(value));
const ending = cases.filter(({ at }) => at !== null);
const part = (claims: unknown) => Buffer.from(JSON.stringify(claims)).toString('base64url');
const token = (claims: unknown, header: unknown = { alg: 'none' }) => `${part(header)}.${part(claims)}.`;

function hasGpg(): boolean {
  try {
    execFileSync('gpg', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
const itWithGpg = requires('keys of GnuPG', hasGpg(), 'needs gpg (Debian: apt-get install gnupg)');

describe('the end of a value', () => {
  it.each(cases)('is found in $what', ({ value, from, at }) => {
    expect(find(value)).toEqual(at === null ? null : { at: Date.parse(at), from });
    // As a file has it, and as it is pasted.
    expect(find(`\n  ${value}\n\n`)).toEqual(find(value));
  });

  itWithGpg('is found in a private OpenPGP key, where a revoked subkey has none', () => {
    const home = mkdtempSync(join(tmpdir(), 'temps-gpg-'));
    const quiet = ['--homedir', home, '--quiet', '--pinentry-mode', 'loopback', '--passphrase', ''];
    const gpg = (...words: string[]) =>
      execFileSync('gpg', [...quiet, '--batch', ...words], {
        encoding: 'utf8',
        stdio: ['pipe', 'pipe', 'ignore'],
      });
    try {
      gpg('--quick-gen-key', 'Invented <invented@example.org>', 'rsa2048', 'sign', '2y');
      const listed = () =>
        gpg('--list-keys', '--with-colons')
          .split('\n')
          .map((line) => line.split(':'));
      const fingerprint = listed().find(([kind]) => kind === 'fpr')?.[9] ?? '';
      const endOf = (name: string) => Number(listed().find(([kind]) => kind === name)?.[6]) * 1000;
      const exported = () => gpg('--armor', '--export-secret-keys', fingerprint);
      expect(find(exported())).toEqual({ at: endOf('pub'), from: 'openpgp_key' });
      gpg('--quick-add-key', fingerprint, 'rsa2048', 'encr', '10d');
      expect(endOf('sub')).toBeLessThan(endOf('pub'));
      expect(find(exported())).toEqual({ at: endOf('sub'), from: 'openpgp_key' });
      expect(find(gpg('--armor', '--export', fingerprint))).toEqual(find(exported()));
      execFileSync('gpg', [...quiet, '--no-tty', '--command-fd', '0', '--edit-key', fingerprint], {
        input: 'key 1\nrevkey\ny\n0\n\ny\nsave\n',
        stdio: ['pipe', 'ignore', 'ignore'],
      });
      expect(find(exported())).toEqual({ at: endOf('pub'), from: 'openpgp_key' });
    } finally {
      execFileSync('gpgconf', ['--homedir', home, '--kill', 'all']);
      rmSync(home, { recursive: true, force: true });
    }
  });

  it('is none in other values', () => {
    for (const value of [
      '',
      '3000',
      'sk_live_invented',
      'eyJ',
      'eyJhbGciOiJub25lIn0',
      'ssh-rsa',
      'sk-invented-token',
      'ecdsa-sha2-nistp256 AAAA',
      '-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----',
      '-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----',
      'LS0tLS1CRUdJTi',
      `\${{OTHER}}`,
    ])
      expect(find(value), value).toBeNull();
  });

  it('is none of a token whose time is no time', () => {
    for (const exp of [0, -1, 1e300, null, true, [1_803_902_400], { at: 1 }, '1803902400', 8.64e12 + 1])
      expect(find(token({ exp })), JSON.stringify(exp)).toBeNull();
    for (const claims of [null, [], 1, 'text']) expect(find(token(claims))).toBeNull();
    expect(find(token({ exp: 1_803_902_400 }, {}))).toBeNull();
    expect(find(token({ exp: 1_803_902_400 }, null))).toBeNull();
    expect(find(`${part({ alg: 'none' })}.${Buffer.from('{"exp":').toString('base64url')}.`)).toBeNull();
    expect(find(token({ exp: 8.64e12 }))).toEqual({ at: 8.64e15, from: 'jwt' });
  });

  it('is none, and no error, in what is damaged at any place', () => {
    for (const { value } of ending) {
      const step = Math.max(1, Math.floor(value.length / 150));
      for (let at = 0; at < value.length; at += step) {
        const cut = find(value.slice(0, at));
        const changed = find(`${value.slice(0, at)}${value[at] === 'A' ? 'B' : 'A'}${value.slice(at + 1)}`);
        const gone = find(value.slice(0, at) + value.slice(at + 1));
        for (const found of [cut, changed, gone]) expect(found === null || found.at > 0).toBe(true);
      }
      expect(find(value.slice(0, Math.floor(value.length / 3)))).toBeNull();
    }
  });

  it('is not looked for beyond a bound, and soon where there is much to look at', () => {
    const [{ value } = { value: '' }] = ending;
    expect(find(value + '\n'.repeat(64 * 1024))).toBeNull();
    expect(find(value.repeat(21))).toBeNull();
    const begins = '-----BEGIN PGP PUBLIC KEY BLOCK-----\n'.repeat(1700);
    const open = '-----BEGIN CERTIFICATE-----\n'.repeat(2300);
    const nested = `${Buffer.from(`{"alg":${'['.repeat(20_000)}`).toString('base64url')}.e30.`;
    const packets = `-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n${Buffer.alloc(40_000, 0xcc).toString('base64')}\n-----END PGP `;
    const startedAt = performance.now();
    for (const hostile of [begins, open, nested, packets, begins.slice(1), 'eyJ'.repeat(20_000)])
      expect(find(hostile)).toBeNull();
    expect(performance.now() - startedAt).toBeLessThan(1000);
  });
});
