import { execFileSync, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { Encrypter, generateHybridIdentity, generateX25519Identity } from 'age-encryption';
import { describe, expect, it } from 'vitest';
import { childProcesses } from '../../../../electron/instance/kernel/process-hosts.ts';
import type { CopyReading } from '../../../../electron/instance/vault/copies/key-copy.ts';
import { formatKitText } from '../../../../electron/instance/vault/copies/kit-text.ts';
import { createCopyReader } from '../../../../electron/instance/vault/copies/reading/copy-reader.ts';
import { readCopy } from '../../../../electron/instance/vault/copies/reading/read-copy.ts';
import { MasterKey } from '../../../../electron/instance/vault/sealing/master-key.ts';
import { SecretText } from '../../../../electron/instance/vault/secret-text.ts';
import { requires } from '../../../requires.ts';
import { QUICK_LOG_N } from '../../../work-factor.ts';

const PASSPHRASE = 'brisk lantern under seven quiet boats';
const one = await generateX25519Identity();
const two = await generateX25519Identity();
const read = (text: string | Uint8Array) => readCopy(Buffer.from(text as string));
const identitiesOf = (reading: CopyReading) =>
  reading.outcome === 'unusable' ? (reading.identities ?? []).map((each) => each.reveal()) : null;

describe('an identity of age, where a copy of the key is expected,', () => {
  const keygen = requires(
    'age-keygen',
    spawnSync('which', ['age-keygen']).status === 0,
    'needs age (Debian: apt-get install age)',
  );

  keygen('is read from the file of age-keygen, and said to be no copy', async () => {
    const file = execFileSync('age-keygen', { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    const reading = await read(file);
    expect(identitiesOf(reading)).toEqual([/^AGE-SECRET-KEY-1.*$/m.exec(file)?.[0]]);
    expect(reading).toMatchObject({
      outcome: 'unusable',
      because: expect.stringMatching(/identity of age.*Give a copy of the key itself/),
    });
  });

  it('is read with comments, spaces, line breaks, in small letters, as UTF-16, quoted, and several of them once', async () => {
    const forms = [
      `# an old one: ${two}\r\n\r\n  ${one}  \r\n`,
      `${one.slice(0, 37)}\n${one.slice(37)}\n`,
      one.toLowerCase(),
      Buffer.from(`\ufeff${one}`, 'utf16le'),
      JSON.stringify({ items: [{ notes: `keep it: ${one}` }] }),
    ];
    for (const form of forms) expect(identitiesOf(await read(form))).toEqual([one]);
    expect(identitiesOf(await read([one, two, one].join('\n')))).toEqual([one, two]);
    expect(identitiesOf(await read(`${one}\nAGE-PLUGIN-YUBIKEY-1QQQQ`))).toEqual([one]);
  });

  it('is read from a file with a passphrase, and by the process that reads copies, masked', async () => {
    const encrypter = new Encrypter();
    encrypter.setPassphrase(PASSPHRASE);
    encrypter.setScryptWorkFactor(QUICK_LOG_N);
    const file = await encrypter.encrypt(`# created by hand\n${one}\n`);
    const reading = await createCopyReader(childProcesses).read(file, new SecretText(PASSPHRASE));
    expect(identitiesOf(reading)).toEqual([one]);
    expect(JSON.stringify(reading)).not.toContain(one.slice(16));
  });

  it('gives way to a key that is in the same text', async () => {
    const key = MasterKey.generate();
    const facts = {
      instanceId: randomUUID(),
      instanceName: 'Attic',
      fingerprint: key.fingerprint,
      epoch: 1,
      keyCreatedAt: 1,
      copiedAt: 1,
    };
    const reading = await read(`${formatKitText(key, facts)}\n${one}\n`);
    expect(reading).toMatchObject({ outcome: 'keys', keys: [{ key: { fingerprint: key.fingerprint } }] });
  });

  it.each([
    ['with a wrong letter', () => `${one.slice(0, -1)}${one.endsWith('Q') ? 'P' : 'Q'}`],
    ['cut short', () => one.slice(0, -1)],
    ['too long', () => `${one}Q`],
    ['in capitals and small letters', () => one.slice(0, 40) + one.slice(40).toLowerCase()],
    ['of which the second has a wrong letter', () => `${one}\n${two.slice(0, -2)}BB`],
    ['without an end', () => `AGE-SECRET-KEY-1${' '.repeat(500_000)}`],
  ])('%s is damaged, and nothing of it is repeated', async (_what, text) => {
    const reading = await read(text());
    expect(reading).toMatchObject({ outcome: 'damaged', detail: expect.stringContaining('of age') });
    expect(JSON.stringify(reading)).not.toContain(one.slice(16, 30));
  });

  it.each([
    ['post-quantum', () => generateHybridIdentity(), /post-quantum/],
    ['of a plugin', async () => 'AGE-PLUGIN-YUBIKEY-1QGYQVZQXXXXXX', /plugin of age/],
    ['of SSH', async () => '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaA==', /SSH/],
    ['one of very many', async () => Array.from({ length: 21 }, () => one).join('\n'), /more than 20/],
  ])('that is %s is named as one that is not taken', async (_what, make, why) => {
    const text = await make();
    const reading = await read(text);
    expect(reading).toMatchObject({ outcome: 'unusable', because: expect.stringMatching(why) });
    expect(identitiesOf(reading)).toEqual([]);
    expect(JSON.stringify(reading)).not.toContain(text.slice(20, 40));
  });

  it('is looked for in a file of the largest size in no time, and in none that is larger', async () => {
    const lines = `${'# nothing\n'.repeat(90_000)}${'\t'.repeat(100_000)}\n${one}\n`;
    const began = performance.now();
    expect(identitiesOf(await read(lines))).toEqual([one]);
    expect(performance.now() - began).toBeLessThan(2000);
    const reader = createCopyReader(childProcesses);
    expect(await reader.read(Buffer.alloc(1024 * 1024 + 1, one))).toMatchObject({ outcome: 'damaged' });
  });
});
