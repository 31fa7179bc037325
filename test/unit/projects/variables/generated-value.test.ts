import { createPrivateKey } from 'node:crypto';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { describe, expect, it } from 'vitest';
import {
  type GeneratedKind,
  generatedKinds,
  generateValue,
} from '../../../../electron/instance/projects/variables/generated-value.ts';

const make = (kind: GeneratedKind, length = generatedKinds[kind]?.usual ?? 0) =>
  generateValue(kind, length).reveal();

describe('a generated value', () => {
  it.each([
    ['characters', /^[A-Za-z0-9]{32}$/],
    ['symbols', /^[A-Za-z0-9!%*+,\-./:;=?@_~]{32}$/],
    ['hex', /^[0-9a-f]{64}$/],
    ['base64', /^[A-Za-z0-9+/]{43}=$/],
    ['base64url', /^[\w-]{43}$/],
    ['words', /^([a-z]+-){5}[a-z]+$/],
    ['uuid', /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/],
    ['ed25519_key', /^-----BEGIN PRIVATE KEY-----\n[\w+/=\n]+-----END PRIVATE KEY-----\n$/],
  ] as const)('of %s has its form, and is another each time', (kind, form) => {
    const made = Array.from({ length: 50 }, () => make(kind));
    for (const value of made) expect(value).toMatch(form);
    expect(new Set(made).size).toBe(50);
  });

  it('has the length that is asked for', () => {
    expect(make('characters', 100)).toHaveLength(100);
    expect(make('hex', 16)).toHaveLength(32);
    const words = make('words', 24).split('-');
    expect(words).toHaveLength(24);
    for (const word of words) expect(wordlist).toContain(word);
    expect(createPrivateKey(make('ed25519_key')).asymmetricKeyType).toBe('ed25519');
  });

  it('favours no character', () => {
    const counts = new Map<string, number>();
    const total = 62 * 2000;
    for (const character of Array.from({ length: total / 1000 }, () => make('characters', 1000)).join(''))
      counts.set(character, (counts.get(character) ?? 0) + 1);
    expect(counts.size).toBe(62);
    // Chi-squared of 61 degrees of freedom: 130 is passed by chance once in a million runs.
    const chi = [...counts.values()].reduce((sum, count) => sum + (count - 2000) ** 2 / 2000, 0);
    expect(chi).toBeLessThan(130);
  });
});
