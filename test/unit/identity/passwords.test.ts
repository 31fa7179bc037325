import { afterAll, describe, expect, it } from 'vitest';
import { createPasswords } from '../../../electron/instance/identity/users/passwords.ts';
import { SecretText } from '../../../electron/instance/vault/secret-text.ts';

const ANYONE = { account: 'ada@example.org', address: null, isKnown: true };
const PASSWORD = new SecretText('a long enough password');

describe('a password', () => {
  const passwords = createPasswords();
  afterAll(() => passwords.stop());

  it('is kept as a bcrypt hash of 2¹² rounds, each with a salt of its own', async () => {
    const [hash, again] = await Promise.all([
      passwords.hash(PASSWORD, ANYONE.account, []),
      passwords.hash(PASSWORD, ANYONE.account, []),
    ]);
    expect(hash).toMatch(/^\$2b\$12\$/);
    expect(again).not.toBe(hash);
    expect(await passwords.matches(PASSWORD, hash, ANYONE)).toBe(true);
    expect(await passwords.matches(new SecretText('a long enough passwore'), hash, ANYONE)).toBe(false);
  });

  it('is compared for as long where there is no account', async () => {
    const hash = await passwords.hash(PASSWORD, ANYONE.account, []);
    const measure = async (of: string | null) => {
      const begun = process.cpuUsage();
      expect(await passwords.matches(new SecretText('wrong but long enough'), of, ANYONE)).toBe(false);
      return process.cpuUsage(begun).user;
    };
    const [wrong, nobody] = [await measure(hash), await measure(null)];
    expect(nobody).toBeGreaterThan(wrong / 2);
    expect(nobody).toBeLessThan(wrong * 2);
  });
});
