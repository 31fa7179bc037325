import { everyProject } from '../../electron/instance/access/caller.ts';
import { AppError } from '../../electron/instance/kernel/app-error.ts';
import { settleRelocation } from '../../electron/instance/vault/home/relocation.ts';
import { shredKey } from '../../electron/instance/vault/key/key-history.ts';
import { findActiveRecord, listKeyRecords } from '../../electron/instance/vault/key/key-record.ts';
import { SecretText } from '../../electron/instance/vault/secret-text.ts';
import type { VaultCore } from '../../electron/instance/vault/vault-core.ts';
import { openCore, plantedValue } from './open-core.ts';
import { rotate } from './scenarios.ts';

/**
 * What custody-cases.ts has done by other processes: `custody-worker.ts WORK DATA_DIR [COUNT]`, with the keyring of its
 * environment.
 */
const [work = '', dataDir = '', count = '0'] = process.argv.slice(2);
const OWNER = { kind: 'owner' as const, via: 'socket' as const, ip: null, label: 'owner' };
const owner = {
  ...OWNER,
  permissions: [],
  projects: everyProject,
  userId: null,
  sessionId: null,
  confirmedAt: null,
};

/** With so many values, and its key in the keychain. */
async function prepareInKeychain(): Promise<void> {
  const { core, close } = await openCore(dataDir, undefined, 'keychain');
  sealUpTo(core, Number(count));
  close();
}

/** Everything a copy may do to its keys. */
async function changeKeys(): Promise<void> {
  const { core, close } = await openCore(dataDir);
  process.stdout.write('READY\n');
  if (core.situation.case === 'relocated') await settleRelocation(core, owner, 'copied');
  await rotate(core);
  const active = findActiveRecord(core.store)?.fingerprint;
  for (const { fingerprint, shreddedAt } of listKeyRecords(core.store))
    if (fingerprint !== active && shreddedAt === null) await shredKey(core, null, fingerprint, fingerprint);
  close();
}

async function check(): Promise<void> {
  const { core, close } = await openCore(dataDir);
  if (core.situation.case !== 'running') throw new AppError('vault_locked', core.situation.detail ?? '');
  const ids = core.store.sqlite
    .prepare("SELECT id FROM secrets WHERE kind = 'env_var' ORDER BY rowid")
    .pluck();
  const values = (ids.all() as string[]).map((id) => core.secrets.open(id).reveal());
  close();
  if (values.length !== Number(count) || values.some((value, at) => value !== plantedValue(at)))
    throw new AppError('secret_unreadable', 'values are missing or changed');
}

/** One value after the other, each in its own transaction, until it is killed. */
async function writeOn(): Promise<void> {
  const { core } = await openCore(dataDir);
  process.stdout.write('READY\n');
  for (let index = Number(count); ; index++) {
    sealOne(core, index);
    if (index % 40 === 0) core.store.checkpoint();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function sealUpTo(core: VaultCore, end: number): void {
  core.store.transaction(() => {
    for (let index = 0; index < end; index++) sealOne(core, index);
  });
}
const sealOne = (core: VaultCore, index: number) =>
  core.secrets.seal('env_var', new SecretText(plantedValue(index)));

const works = new Map([
  ['prepare', prepareInKeychain],
  ['change', changeKeys],
  ['check', check],
  ['write', writeOn],
]);
try {
  await works.get(work)?.();
  process.stdout.write('DONE\n');
} catch (error) {
  if (!(error instanceof AppError)) throw error;
  process.stdout.write(`FAILED ${error.code} ${error.message}\n`);
}
