import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { validateMnemonic } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { expect, it } from 'vitest';
import { wordsCheckShape } from '../../../electron/instance/vault/copies/word-shapes.ts';
import { formatWords } from '../../../electron/instance/vault/copies/words.ts';
import { MasterKey, parseKeyText } from '../../../electron/instance/vault/sealing/master-key.ts';
import { ADMIN, describeOverDoors, type Who } from '../harness.ts';

describeOverDoors('words that are being typed', (door) => {
  let who: Who;
  const check = async (words: string[]) => {
    const { status, body } = await door().request('POST', '/vault/words/check', { words }, who);
    expect(status).toBe(200);
    expect(wordsCheckShape.parse(body)).toEqual(body);
    return body;
  };
  const readWords = () =>
    formatWords(
      parseKeyText(readFileSync(join(door().dataDir, 'encryption_key'), 'utf8').trim()) as MasterKey,
    ).split(' ');
  const silent = { checksum_ok: null, fingerprint: null, matches: null, epoch: null };

  it('are judged where they are finished, and never repeated', async () => {
    who = door().name === 'socket' ? {} : await door().signIn(ADMIN.email, ADMIN.password);
    await door().owner('POST', '/vault/lock');
    expect(await check([])).toEqual({ problems: [], complete: false, ...silent });
    const words: string[] = Array.from({ length: 24 }, () => '');
    words[0] = '  Abandon ';
    words[4] = 'harvset';
    words[8] = 'zzqqxx';
    const { body, text } = await door().request('POST', '/vault/words/check', { words }, who);
    expect(body).toMatchObject({ problems: [{ position: 5 }, { position: 9 }], complete: false, ...silent });
    expect(body.problems[0].nearest).toContain('harvest');
    expect(text).not.toMatch(/harvset|zzqqxx|abandon/i);
  });

  it('say when they are complete, whose key they are, and when they do not fit together', async () => {
    const words = readWords();
    const { fingerprint } = (await door().owner('GET', '/vault/key')).body;
    expect(await check(words)).toEqual({
      problems: [],
      complete: true,
      checksum_ok: true,
      fingerprint,
      matches: 'active',
      epoch: 1,
    });
    expect(await check(words.map((word) => word.toUpperCase()))).toMatchObject({ matches: 'active' });
    expect(await check(words.slice(0, 23))).toMatchObject({ complete: false, ...silent });
    // Of each order one in 256 has a right checksum by chance.
    const swapped = words
      .map((_, by) => [...words.slice(by), ...words.slice(0, by)])
      .find((order) => !validateMnemonic(order.join(' '), wordlist));
    expect(await check(swapped ?? [])).toMatchObject({ complete: true, ...silent, checksum_ok: false });
    const foreign = MasterKey.generate();
    expect(await check(formatWords(foreign).split(' '))).toMatchObject({
      fingerprint: foreign.fingerprint,
      matches: 'unknown',
      epoch: null,
    });
  });

  it('of an older epoch are known as such', async () => {
    const old = readWords();
    await door().owner('POST', '/vault/unlock', { method: 'custody' });
    const { rotation } = (await door().owner('POST', '/vault/key/rotation', {})).body;
    await door().owner('POST', '/vault/key/rotation/prove', {
      override_fingerprint: rotation.new_fingerprint,
    });
    await door().owner('POST', '/vault/key/rotation/seal?wait=true');
    expect(await check(old)).toMatchObject({ matches: 'other_epoch', epoch: 1 });
    expect(await check(readWords())).toMatchObject({ matches: 'active', epoch: 2 });
  });

  it('are refused beyond what a key has, without being quoted, and from who may not unlock', async () => {
    for (const words of [Array.from({ length: 25 }, () => 'abandon'), ['canarycanarycanarycanary'], [7]]) {
      const { status, text } = await door().request('POST', '/vault/words/check', { words }, who);
      expect(status).toBe(400);
      expect(text).not.toMatch(/canary|abandon/);
    }
    const { body } = await door().owner('POST', '/api-keys', { name: 'watcher', role_type: 'reader' });
    const reader = { token: body.api_key };
    const answer = await door().request('POST', '/vault/words/check', { words: ['abandon'] }, reader);
    expect(answer.body.error_code).toBe('forbidden');
  });

  it('come from a list that a browser keeps for itself', async () => {
    const { body, headers } = await door().request('GET', '/vault/words/list', undefined, who);
    expect(body.words).toHaveLength(2048);
    expect(body.words[2047]).toBe('zoo');
    expect(headers['cache-control']).toBe('public, max-age=86400');
    // Who sets up draws a passphrase from it, and is nobody yet.
    expect((await door().request('GET', '/vault/words/list')).body).toEqual(body);
  });
});
