import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { openHttpsDoor } from '../../electron/instance/doors/https-door.ts';
import { makeCopy } from '../../electron/instance/vault/copies/make-copy.ts';
import { readCopy } from '../../electron/instance/vault/copies/reading/read-copy.ts';
import {
  openWithPassphrase,
  protectWithPassphrase,
} from '../../electron/instance/vault/custody/passphrase-file.ts';
import { StrongPassphrase } from '../../electron/instance/vault/custody/strong-passphrase.ts';
import { KeyBox } from '../../electron/instance/vault/sealing/key-box.ts';
import { SecretText } from '../../electron/instance/vault/secret-text.ts';
import { facts, key, PASSPHRASE } from '../security/crafted-containers.ts';
import { QUICK_ARGON2_MIB, QUICK_LOG_N } from '../work-factor.ts';

/** What boringssl.test.ts runs under bun, beside tests that Node runs too: nothing of it opens the store. */

const passphrase = new SecretText(PASSPHRASE);
const strong = StrongPassphrase.from(passphrase, []);

describe('the key', () => {
  it('is in a file of age or KeePass, which opens with its passphrase and no other', async () => {
    for (const format of ['age', 'kdbx'] as const) {
      const copy = await makeCopy(format, key, facts, {
        passphrase: await strong,
        scryptLogN: QUICK_LOG_N,
        argon2Mib: QUICK_ARGON2_MIB,
      });
      expect(await readCopy(copy, { passphrase })).toMatchObject({ outcome: 'keys', format });
      const wrong = await readCopy(copy, { passphrase: new SecretText('another') });
      expect(wrong).toEqual({ outcome: 'passphrase_wrong', format });
    }
  });

  it('is protected with a passphrase, byte for byte, by all the work and memory of scrypt that is ours', async () => {
    const plaintext = Buffer.from('a'.repeat(64));
    const file = await protectWithPassphrase(plaintext, await strong);
    const opened = await openWithPassphrase(file, passphrase);
    expect(opened.outcome === 'opened' && opened.plaintext.equals(plaintext)).toBe(true);
  });

  it('goes between two processes in a box', () => {
    const [ours, theirs] = [new KeyBox(), new KeyBox()];
    const box = ours.close(Buffer.from('the key'), theirs.publicKey);
    expect(theirs.open(box, ours.publicKey).toString()).toBe('the key');
    expect(() => new KeyBox().open(box, ours.publicKey)).toThrow();
  });
});

/** Handshakes of Node: the client of bun makes no old ones. */
const CLIENT = `
  const [port, ...asked] = process.argv.slice(1);
  const shake = (options) => new Promise((resolve) => {
    const socket = require('node:tls').connect({ port: Number(port), host: '127.0.0.1', rejectUnauthorized: false, ...options },
      () => { resolve(socket.getProtocol() + ' ' + socket.getPeerX509Certificate().fingerprint256); socket.destroy(); });
    socket.on('error', ({ code }) => resolve(code));
  });
  Promise.all(asked.map((options) => shake(JSON.parse(options)))).then((all) => console.log(JSON.stringify(all)));`;

it('the HTTPS door serves its certificate by TLS 1.2 and 1.3, and by nothing older', async () => {
  const context = {
    vault: { isLocked: true },
    clock: { now: () => Date.now() },
    events: { on: () => () => undefined },
  };
  const app = { fetch: () => new Response('') };
  const door = await openHttpsDoor(context as never, app as never, 0, ['localhost']);
  try {
    const asked = [
      {},
      { maxVersion: 'TLSv1.2' },
      { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' },
    ];
    const { stdout } = await promisify(execFile)(process.env.TEMPS_NODE ?? 'node', [
      '-e',
      CLIENT,
      String(door.port),
      ...asked.map((options) => JSON.stringify(options)),
    ]);
    const { fingerprint } = door.certificate();
    expect(JSON.parse(stdout)).toEqual([
      `TLSv1.3 ${fingerprint}`,
      `TLSv1.2 ${fingerprint}`,
      expect.stringContaining('PROTOCOL_VERSION'),
    ]);
  } finally {
    await door.close();
  }
});
