import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { connect } from '../../../electron/cli/client.ts';
import type { OptionValues } from '../../../electron/cli/command.ts';
import { commands } from '../../../electron/cli/commands/settings.ts';

let dataDir: string;
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'temps-settings-'));
  await (await connect(dataDir, true, undefined)).close();
});
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

/** What it prints: on its output, and for people beside it. */
async function run(name: string, positionals: string[] = [], values: OptionValues = {}) {
  const printed: string[] = [];
  const said: string[] = [];
  const spy = vi.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(String(text)) > 0);
  try {
    await commands[name]?.run({
      dataDir,
      processes: undefined,
      json: false,
      values,
      positionals,
      rest: [],
      connect: () => connect(dataDir, false, undefined),
      print: (_data, forPeople) => void printed.push(forPeople()),
    });
    return { printed: printed.join('\n'), said: said.join(''), refused: null };
  } catch (error) {
    return { printed: '', said: said.join(''), refused: (error as Error).message };
  } finally {
    spy.mockRestore();
  }
}

it('an automatic lock of the vault says what will wait before it is set, and is set only if that is meant', async () => {
  const asked = await run('settings auto-lock', ['15'], { strength: 'vault' });
  expect(asked.said).toMatch(/this waits:\n {2}Programs that sign in with an API key/);
  expect(asked.said).toContain('Encrypt every value with the new key (on request)');
  expect(asked.refused).toBe('Nothing was changed. To go ahead, repeat this with --yes.');
  expect((await run('settings show')).printed).toMatch(/^Automatic lock +off$/m);

  const meant = await run('settings auto-lock', ['15'], { strength: 'vault', yes: true });
  expect(meant.printed).toContain('the vault locks too');
  expect((await run('settings show')).printed).toMatch(/^Automatic lock +after 15 min, vault$/m);
  // Chosen before: nothing to be asked about.
  expect(await run('settings auto-lock', ['10'])).toMatchObject({ said: '', refused: null });
  expect((await run('settings auto-lock', ['off'])).printed).toMatch(/^Off: nothing locks by itself\.\n/);
});

it('a lock of the vault with the screen is not asked about where it does nothing', async () => {
  const asked = await run('settings auto-lock', [], { 'with-screen': 'on' });
  expect([asked.said, asked.refused]).toEqual([
    '',
    expect.stringMatching(/^Not available here: .* Nothing was changed\. .* add --yes\.$/),
  ]);
  const meant = await run('settings auto-lock', [], { 'with-screen': 'on', yes: true });
  expect(meant.printed).toMatch(
    /^Lock with the screen: Not available here: .* Nothing locks with the screen\.$/m,
  );
  expect((await run('settings show')).printed).toMatch(/^Lock with the screen +on$/m);
  expect((await run('settings show')).printed).toMatch(/^Automatic lock +off$/m);
  // Nothing new that locks the vault.
  expect(await run('settings auto-lock', ['5'], { strength: 'vault' })).toMatchObject({
    said: '',
    refused: null,
  });
  await run('settings auto-lock', ['off'], { 'with-screen': 'off' });
  expect((await run('settings show')).printed).toMatch(/^Lock with the screen +off$/m);
  const { refused } = await run('settings auto-lock', [], { 'with-screen': 'yes' });
  expect(refused).toBe('--with-screen must be on or off.');
});

it.each(['never', '0', '1441', '1.5', '-1', '1e3', ''])('%j is no time to lock after', async (text) => {
  expect((await run('settings auto-lock', [text])).refused).toContain('a number from 1 to 1440, or off');
});

it('has two strengths', async () => {
  const { refused } = await run('settings auto-lock', ['5'], { strength: 'door' });
  expect(refused).toBe('--strength must be console or vault.');
});

it('settings are set by their kind, and what only deployments use is said to be stored and not applied', async () => {
  expect((await run('settings show')).printed).not.toContain('not applied');
  expect((await run('settings show', [], { all: true })).printed).toMatch(/^external_url +–$/m);
  const set = async (name: string, value: string) => (await run('settings set', [name, value])).printed;
  expect(await set('instance_name', 'Loft')).toBe('Settings saved.');
  expect(await set('external_url', 'https://temps.example.com')).toBe(
    'Settings saved. Kept, and not applied here yet: external_url.',
  );
  await set('rate_limiting.enabled', 'on');
  await set('rate_limiting.max_requests_per_minute', '5');
  await set('rate_limiting.whitelist_ips', '10.0.0.1, 10.0.0.2');
  const { printed } = await run('settings show');
  expect(printed).toMatch(/^Name +Loft$/m);
  expect(printed).toMatch(/^external_url +https:\/\/temps.example.com$/m);
  expect(printed).toMatch(/^rate_limiting.enabled +on$/m);
  expect(printed).toMatch(/^rate_limiting.max_requests_per_minute +5$/m);
  expect(printed).toMatch(/^rate_limiting.whitelist_ips +10.0.0.1, 10.0.0.2$/m);
  expect(printed).toContain('Stored, and not applied yet: external_url, rate_limiting.');
  for (const name of ['external_url', 'rate_limiting'])
    expect((await run('settings clear', [name])).printed).toBe('Settings saved.');
  expect((await run('settings show')).printed).not.toContain('not applied');
});

it.each([
  ['nowhere', 'x', 'There is no setting nowhere'],
  ['rate_limiting', 'on', 'has parts'],
  ['rate_limiting.enabled', 'yes', 'must be on or off'],
  ['session_days', 'many', 'must be a whole number'],
  ['session_days', '91', 'missing or invalid'],
  ['external_url', 'javascript:alert(1)', 'missing or invalid'],
  ['auto_lock_minutes', '5', 'settings auto-lock'],
  ['docker_registry.password', 'hunter2', 'There is no setting'],
  ['not_applied', 'x', 'There is no setting'],
])('a setting is refused: %s %s', async (name, value, said) => {
  expect((await run('settings set', [name, value])).refused).toContain(said);
});

it('what cannot be cleared is refused', async () => {
  expect((await run('settings clear', ['instance_name'])).refused).toContain('missing or invalid');
});
