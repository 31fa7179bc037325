import { describe, expect, it } from 'vitest';
import type { Schemas } from '../../../electron/cli/api-request.ts';
import { formatSecrets } from '../../../electron/cli/command.ts';
import { describeRotation } from '../../../electron/cli/key/rotation-words.ts';
import { sayWithVersions } from '../../../renderer/secrets/secret-words.ts';

describe('a count', () => {
  it.each<[number, number, string]>([
    [0, 0, '0 secrets'],
    [1, 0, '1 secret'],
    [3, 12, '3 secrets (12 earlier versions)'],
    [1, 1, '1 secret (1 earlier version)'],
    [0, 5, '5 earlier versions'],
  ])('of %i secrets and %i versions is said alike on the command line and in the console', (secrets, versions, said) => {
    expect(formatSecrets(secrets, versions)).toBe(said);
    expect(sayWithVersions(secrets, versions, 'secret')).toBe(said);
  });

  it('of a rotation is one of values', () => {
    const rotation = { state: 'sealing', moved: 5, total: 18 } as Schemas['KeyRotation'];
    expect(describeRotation(rotation)).toBe('encrypting, 5 of 18 values');
  });
});
