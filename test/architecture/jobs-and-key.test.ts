import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { compose } from '../../electron/instance/capabilities.ts';
import { openHttpsDoor } from '../../electron/instance/doors/https-door.ts';
import { createOwner } from '../../electron/instance/doors/socket-door.ts';
import type { Job } from '../../electron/instance/jobs/job.ts';
import type { Context } from '../../electron/instance/kernel/context.ts';
import { createEvents } from '../../electron/instance/kernel/events.ts';
import { createVariable } from '../../electron/instance/projects/variables/variable-changes.ts';
import {
  beginSealing,
  proveWithoutCopy,
  stageRotation,
} from '../../electron/instance/vault/rotation/rotation.ts';
import { SecretText } from '../../electron/instance/vault/secret-text.ts';
import { openVault, type VaultCore } from '../../electron/instance/vault/vault-core.ts';
import { noExchange, openTestContext, type TestContext } from '../context.ts';

let test: TestContext;
let core: VaultCore;
let ctx: Context;
beforeAll(async () => {
  test = openTestContext();
  test.ctx.store.sqlite.exec('DELETE FROM keys');
  const events = createEvents();
  core = await openVault({ ...test.ctx, env: {}, emit: events.emit });
  ctx = { ...test.ctx, events, vault: core.secrets };
});
afterAll(() => test.close());

type Work = Pick<Job, 'run'>;

/** Whether a run asks the vault for a value, or for a key, itself or by what it sets off. */
async function asksVault({ run }: Work): Promise<boolean> {
  const spies = [
    ...(['seal', 'reseal', 'open', 'peek', 'listDamaged'] as const).map((name) =>
      vi.spyOn(core.secrets, name),
    ),
    vi.spyOn(core.ring, 'find'),
  ];
  await run({ payload: {}, signal: new AbortController().signal, report() {} });
  await new Promise(setImmediate);
  const asked = spies.some((spy) => spy.mock.calls.length > 0);
  for (const spy of spies) spy.mockRestore();
  return asked;
}

it('a job that needs the key says so: the settings list it among what waits for a locked vault', async () => {
  const { capabilities } = compose(ctx, core, noExchange, () => null);
  const id = core.secrets.seal('env_var', new SecretText('canary'));
  // A value that an earlier version stored, what a rotation moves, and what serves the certificate that is renewed.
  createVariable(
    ctx,
    createOwner('window', ctx.clock.now()),
    { projectId: null, name: 'shared' },
    {
      key: 'CANARY',
      value: new SecretText('canary'),
      isSecret: true,
      environmentIds: [],
      includeInPreview: false,
    },
    { allowUnresolved: true },
  );
  ctx.store.sqlite.exec('UPDATE env_var_versions SET is_end_known = 0');
  const { newFingerprint } = await stageRotation(core, null);
  proveWithoutCopy(core, null, newFingerprint);
  await beginSealing(core, null);
  const door = await openHttpsDoor(ctx, { fetch: async () => new Response() }, 0, ['localhost']);
  const jobs = capabilities.flatMap(({ jobs: own = [] }) => own);
  try {
    const found: [string, boolean][] = [];
    for (const job of jobs) found.push([job.name, await asksVault(job)]);
    expect(found).toEqual(jobs.map(({ name, needsKey }) => [name, needsKey ?? false]));
  } finally {
    await door.close();
  }
  // One that would not say so is found.
  expect(await asksVault({ run: async () => void core.secrets.open(id) })).toBe(true);
  expect(await asksVault({ run: async () => undefined })).toBe(false);
});
