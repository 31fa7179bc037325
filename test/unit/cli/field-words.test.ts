import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeFields } from '../../../electron/cli/line/field-words.ts';
import { temps } from '../../e2e/terminal.ts';

const invalid = 'Some fields are missing or invalid.';

describe('an error of the API', () => {
  it.each<[string, Record<string, string>, string[]]>([
    // What the sentence says is not repeated.
    ['A project with this name already exists.', { name: 'taken' }, []],
    ['A password needs at least 12 characters.', { password: 'at least 12 characters' }, []],
    ['This is not an e-mail address.', { email: 'not an e-mail address' }, []],
    ['Hex takes 16 to 1024 bytes.', { length: 'hex takes 16 to 1024 bytes' }, []],
    [
      'The recipients cannot be added.',
      { recipients: 'age1x is no recipient of age' },
      ['Recipients: age1x is no recipient of age.'],
    ],
    ['It failed.', {}, []],
  ])('says each thing once: %s', (message, fields, more) => {
    expect(describeFields(message, fields)).toEqual([message, ...more]);
  });

  it.each([
    ['name', 'Too small: expected string to have >=1 characters', 'Name is empty.'],
    [
      'instance_name',
      'Too big: expected string to have <=64 characters',
      'Instance name is longer than 64 characters.',
    ],
    [
      'deployment_config.cpuLimit',
      'Too big: expected number to be <=1024000',
      'CPU limit must be at most 1024000.',
    ],
    ['session_days', 'Too small: expected number to be >=1', 'Session days must be at least 1.'],
    ['role', 'Invalid option: expected one of "admin"|"user"', 'Role must be one of admin, user.'],
    ['limits.0', 'Invalid input: expected string, received null', 'Limits must be a string.'],
    ['name', 'Invalid input: expected string, received undefined', 'Name is missing.'],
    ['path', 'Has to be a path.', 'Path is not accepted: has to be a path.'],
  ])('says what is wrong with a field in a sentence: %s, %s', (name, text, said) => {
    expect(describeFields(invalid, { [name]: text })).toEqual([said]);
  });

  it('is so on the command line, and for programs as the API says it', () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'temps-fields-'));
    try {
      temps(dataDir, ['projects', 'create', 'shop']);
      const taken = temps(dataDir, ['projects', 'create', 'shop']);
      expect([taken.code, taken.err]).toEqual([
        1,
        'temps-desktop: A project with this name already exists.\n',
      ]);
      expect(temps(dataDir, ['projects', 'create', '']).err).toBe('temps-desktop: Name is empty.\n');
      const forPrograms = JSON.parse(temps(dataDir, ['projects', 'create', 'shop', '--json']).err);
      expect(forPrograms).toMatchObject({ error_code: 'name_taken', errors: { name: 'taken' } });
    } finally {
      rmSync(dataDir, { recursive: true, force: true });
    }
  });
});
