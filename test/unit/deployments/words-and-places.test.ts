import { describe, expect, it } from 'vitest';
import { createMask } from '../../../electron/instance/deployments/logs/mask.ts';
import { explainFailure } from '../../../electron/instance/deployments/releases/failure-words.ts';
import { findFreeSubnet } from '../../../electron/instance/deployments/releases/networks.ts';
import { DEFAULT_PROBE, type ProbeFailure } from '../../../electron/instance/deployments/vocabulary.ts';
import { SecretText } from '../../../electron/instance/vault/secret-text.ts';

describe('why a release does not work', () => {
  const failure: ProbeFailure = {
    port: 3000,
    lastAnswer: 'connection refused',
    listensOn: [],
    exit: null,
    lastLines: [],
  };
  it.each<[string, Partial<ProbeFailure>, RegExp]>([
    ['out of memory', { exit: { code: 137, outOfMemory: true } }, /more memory than it may/],
    ['killed', { exit: { code: 137, outOfMemory: false } }, /ended by SIGKILL \(exit code 137\)/],
    ['a segmentation fault', { exit: { code: 139, outOfMemory: false } }, /a segmentation fault/],
    ['no such command', { exit: { code: 127, outOfMemory: false } }, /not found in the image/],
    ['ended well', { exit: { code: 0, outOfMemory: false } }, /ended by itself, without an error/],
    ['an exit code', { exit: { code: 3, outOfMemory: false } }, /exit code 3\./],
    ['listens nowhere', {}, /listened on no port within 60 s\. Port 3000 was tried/],
    [
      'listens elsewhere',
      { listensOn: [{ address: '::', port: 80 }] },
      /it listens on 80\. Set the port of the app to 80/,
    ],
    [
      'on its loopback',
      { listensOn: [{ address: '127.0.0.1', port: 3000 }] },
      /127\.0\.0\.1 alone.*0\.0\.0\.0/,
    ],
    [
      'elsewhere on its loopback',
      { listensOn: [{ address: '::1', port: 80 }] },
      /own loopback address alone/,
    ],
    [
      'several ports',
      {
        port: null,
        listensOn: [
          { address: '::', port: 80 },
          { address: '::', port: 81 },
        ],
      },
      /several ports \(80, 81\)/,
    ],
    [
      'a bad answer',
      { listensOn: [{ address: '::', port: 3000 }], lastAnswer: 'status 503' },
      /last: status 503/,
    ],
    ['what cannot be seen', { listensOn: null }, /last: connection refused/],
  ])('is said: %s', (_, facts, said) => {
    expect(explainFailure(DEFAULT_PROBE, { ...failure, ...facts })).toMatch(said);
  });
});

describe('values of secrets in what an app prints', () => {
  const value = 'p@ss "word"/é+1';
  const mask = createMask([
    new SecretText(value),
    new SecretText('abc'),
    new SecretText('line one\nline two\n'),
  ]);
  it.each([
    value,
    JSON.stringify({ value }),
    `GET /?token=${encodeURIComponent(value)}`,
    `Basic ${Buffer.from(value).toString('base64')}`,
    Buffer.from(value).toString('base64url'),
    'before line one after',
    'line two',
  ])('are hidden: %s', (line) => {
    const shown = mask(line);
    expect(shown).toContain('••••');
    for (const part of ['word', 'line one', 'line two', encodeURIComponent('é')])
      expect(shown).not.toContain(part);
  });

  it('are left where they are too short to be told apart', () => {
    expect(mask('abc is short')).toBe('abc is short');
    expect(createMask([])('anything')).toBe('anything');
  });
});

describe('the network of an app', () => {
  it('is one that nobody has, wherever the search begins', () => {
    expect(findFreeSubnet(0, [])).toBe('10.213.0.0/27');
    expect(findFreeSubnet(0, ['10.213.0.0/24'])).toBe('10.213.1.0/27');
    expect(findFreeSubnet(0, ['10.213.0.5/32', 'fd00::/8', 'nonsense'])).toBe('10.213.0.32/27');
    expect(findFreeSubnet(2047, ['10.213.255.224/27'])).toBe('10.213.0.0/27');
    expect(findFreeSubnet(0, ['10.213.0.0/17'])).toBe('10.213.128.0/27');
    expect(() => findFreeSubnet(5, ['10.0.0.0/8'])).toThrow(/No subnet of 10\.213\.0\.0\/16 is free/);
  });
});
