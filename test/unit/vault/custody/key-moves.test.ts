import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { AppError } from '../../../../electron/instance/kernel/app-error.ts';
import { finishCustodyMove, moveCustody } from '../../../../electron/instance/vault/custody/custody-move.ts';
import { shredKey } from '../../../../electron/instance/vault/key/key-history.ts';
import { unlockFromCustody, unlockWithCopy } from '../../../../electron/instance/vault/key/unlock.ts';
import { createRotationJob } from '../../../../electron/instance/vault/rotation/reseal-job.ts';
import {
  beginSealing,
  proveWithoutCopy,
  stageRotation,
  undoRotation,
} from '../../../../electron/instance/vault/rotation/rotation.ts';
import { findLatestRotation } from '../../../../electron/instance/vault/rotation/rotation-record.ts';
import { SecretText } from '../../../../electron/instance/vault/secret-text.ts';
import { runDoctor } from '../../../../electron/instance/vault/secrets/doctor.ts';
import { lockVault, readCustody } from '../../../../electron/instance/vault/vault-core.ts';
import { discard, type OpenVault, openCore, PASSPHRASE, prepare } from '../../../crash/open-core.ts';

let dataDir = '';
let opened: OpenVault | null = null;
const open = async () => {
  opened = await openCore(dataDir);
  return opened.core;
};
const reopen = async () => {
  opened?.close();
  return await open();
};
afterEach(() => {
  opened?.close();
  opened = null;
  discard(dataDir);
});

describe('operations on keys that meet', () => {
  it('an undo and a sealing at once: one happens, and every value opens after a restart', async () => {
    for (let round = 0; round < 10; round++) {
      dataDir = await prepare(20);
      const core = await open();
      const { newFingerprint } = await stageRotation(core, null);
      proveWithoutCopy(core, null, newFingerprint);
      const pair = [() => undoRotation(core, null), () => beginSealing(core, null)];
      const outcomes = await Promise.allSettled((round % 2 ? pair : pair.reverse()).map((step) => step()));
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      const after = await reopen();
      expect(after.situation.case).toBe('running');
      if (findLatestRotation(after.store)?.state === 'sealing') await createRotationJob(after).run();
      expect(await runDoctor(after)).toMatchObject({ total: 20, opened: 20 });
      opened?.close();
      discard(dataDir);
    }
    dataDir = await prepare(1);
    await open();
  });

  it('two rotations at once: one begins', async () => {
    dataDir = await prepare(5);
    const core = await open();
    const outcomes = await Promise.allSettled([stageRotation(core, null), stageRotation(core, null)]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('a lock in the middle of a rotation: it stops, nothing is lost, and it goes on', async () => {
    dataDir = await prepare(3000);
    const core = await open();
    const { newFingerprint } = await stageRotation(core, null);
    proveWithoutCopy(core, null, newFingerprint);
    await beginSealing(core, null);
    const job = createRotationJob(core);
    const run = job.run();
    setImmediate(() => lockVault(core, null));
    await expect(run).rejects.toMatchObject({ code: 'vault_locked' });
    expect(core.secrets.isLocked).toBe(true);
    const after = await reopen();
    await createRotationJob(after).run();
    expect(await runDoctor(after)).toMatchObject({
      total: 3000,
      opened: 3000,
      byKey: { [newFingerprint]: 3000 },
    });
  });

  it('values added and removed while a rotation runs are counted, and none is taken for lost', async () => {
    dataDir = await prepare(3000);
    const core = await open();
    const ids = core.store.sqlite.prepare('SELECT id FROM secrets LIMIT 10').pluck().all() as string[];
    const { newFingerprint } = await stageRotation(core, null);
    proveWithoutCopy(core, null, newFingerprint);
    await beginSealing(core, null);
    const run = createRotationJob(core).run();
    core.secrets.remove(ids);
    core.secrets.seal('webhook_secret', new SecretText('new'));
    await run;
    expect(await runDoctor(core)).toMatchObject({
      total: 2991,
      opened: 2991,
      byKind: { env_var: 2990, webhook_secret: 1 },
    });
  });

  it('a rotation that lost a row does not finish', async () => {
    dataDir = await prepare(50);
    const core = await open();
    const { newFingerprint } = await stageRotation(core, null);
    proveWithoutCopy(core, null, newFingerprint);
    await beginSealing(core, null);
    core.store.sqlite.exec('DELETE FROM secrets WHERE id = (SELECT min(id) FROM secrets)');
    await expect(createRotationJob(core).run()).rejects.toMatchObject({
      message: expect.stringContaining('Fewer values'),
    });
    expect(findLatestRotation(core.store)?.state).toBe('sealing');
  });
});

describe('a lock while the vault is being opened', () => {
  it('leaves it locked, whether custody, a copy or the waiting itself was opening it', async () => {
    dataDir = await prepare(3);
    const core = await open();
    const text = readFileSync(join(dataDir, 'encryption_key'), 'utf8');
    const lockDuring = async (opening: Promise<unknown>) => {
      lockVault(core, null);
      const outcome = await opening.then(
        () => 'opened',
        (error: AppError) => error.code,
      );
      return [outcome, core.secrets.isLocked, core.situation.case];
    };
    lockVault(core, null);
    const locked = ['vault_locked', true, 'locked_by_owner'];
    expect(await lockDuring(unlockFromCustody(core))).toEqual(locked);
    expect(await lockDuring(unlockWithCopy(core, { text: new SecretText(text) }))).toEqual(locked);
    // Asked for before the lock, begun after it.
    const busy = core.exclusively(() => nextTurn());
    expect(await lockDuring(unlockFromCustody(core))).toEqual(locked);
    await busy;
    expect(await lockDuring(readCustody(core).then((isOpen) => ({ isOpen })))).toEqual([
      'opened',
      true,
      'locked_by_owner',
    ]);
    await unlockFromCustody(core);
    expect(core.situation.case).toBe('running');
  });
});

describe('a move of custody cut short', () => {
  it('by a lock leaves no key behind that the record says moved', async () => {
    dataDir = await prepare(3);
    const core = await open();
    const { newFingerprint } = await stageRotation(core, null);
    proveWithoutCopy(core, null, newFingerprint);
    await beginSealing(core, null);
    await createRotationJob(core).run();
    const moving = moveCustody(core, null, 'passphrase', PASSPHRASE);
    await nextTurn();
    lockVault(core, null);
    await moving;
    expect([core.custody.name, core.secrets.isLocked]).toEqual(['passphrase', true]);
    const named = (pattern: RegExp) => readdirSync(dataDir).filter((name) => pattern.test(name));
    expect(named(/^encryption_key(\.[0-9A-F]{16})?\.age$/)).toHaveLength(2);
    expect(named(/^encryption_key(\.[0-9A-F]{16})?$/)).toEqual([]);
  });

  it('does not keep a shredded key where it was before', async () => {
    dataDir = await prepare(3);
    const core = await open();
    const old = core.ring.active?.fingerprint ?? '';
    const { newFingerprint } = await stageRotation(core, null);
    proveWithoutCopy(core, null, newFingerprint);
    await beginSealing(core, null);
    await createRotationJob(core).run();
    core.store.sqlite.exec(
      "UPDATE keys SET custody = 'passphrase', leaving_custody = 'file' WHERE state = 'retired'",
    );
    const file = join(dataDir, `encryption_key.${old.replaceAll('-', '')}`);
    expect(existsSync(file)).toBe(true);
    await shredKey(core, null, old, old);
    expect(existsSync(file)).toBe(false);
  });

  it('is finished only when the custody in force was seen to hold the key, not because a copy unlocked', async () => {
    dataDir = await prepare(3);
    const first = await open();
    const fingerprint = first.ring.active?.fingerprint ?? '';
    const keyFile = join(dataDir, 'encryption_key');
    const text = readFileSync(keyFile, 'utf8');
    // As a kill leaves it after the switch, with the new custody losing the key afterwards.
    first.store.sqlite.exec("UPDATE keys SET custody = 'passphrase', leaving_custody = 'file'");
    const locked = await reopen();
    expect(locked.situation.case).toBe('missing');
    await unlockWithCopy(locked, { text: new SecretText(text) }, false);
    expect(locked.ring.active?.fingerprint).toBe(fingerprint);
    await finishCustodyMove(locked);
    expect(existsSync(keyFile)).toBe(true);
    writeFileSync(keyFile, text);
    rmSync(join(dataDir, 'encryption_key.age'), { force: true });
  });
});

describe('what a kill between two calls left of a key', () => {
  const listPartials = () => readdirSync(dataDir).filter((name) => name.includes('.partial-'));
  const leave = (name: string, text: string) => writeFileSync(join(dataDir, name), text, { mode: 0o600 });
  const digits = (fingerprint: string) => fingerprint.replaceAll('-', '');

  it('goes with the key that is shredded, and with the one of an undone rotation', async () => {
    dataDir = await prepare(3);
    const core = await open();
    const old = core.ring.active?.fingerprint ?? '';
    const text = readFileSync(join(dataDir, 'encryption_key'), 'utf8');
    const { newFingerprint } = await stageRotation(core, null);
    proveWithoutCopy(core, null, newFingerprint);
    await beginSealing(core, null);
    await createRotationJob(core).run();
    leave('.encryption_key.partial-00aa', text);
    leave(`.encryption_key.${digits(old)}.partial-00bb`, text);
    leave(`.encryption_key.${digits(old)}.age.partial-00cc`, 'age');
    await shredKey(core, null, old, old);
    expect(listPartials()).toEqual([]);

    const staged = (await stageRotation(core, null)).newFingerprint;
    const name = `encryption_key.${digits(staged)}`;
    leave(`.${name}.partial-00dd`, readFileSync(join(dataDir, name), 'utf8'));
    await undoRotation(core, null);
    expect(listPartials()).toEqual([]);
  });

  it('goes at the next start that finds the key, and stays while it may be the last of one', async () => {
    dataDir = await prepare(3);
    await open();
    const file = join(dataDir, 'encryption_key');
    const text = readFileSync(file, 'utf8');
    leave('.encryption_key.partial-00aa', text);
    leave('.encryption_key.partial-00bb', text.slice(0, 20));
    leave('.encryption_key.age.partial-00cc', 'age');
    rmSync(file);
    expect((await reopen()).situation.case).toBe('missing');
    expect(listPartials()).toHaveLength(3);
    leave('encryption_key', text);
    const core = await reopen();
    expect(core.situation.case).toBe('running');
    expect(listPartials()).toEqual([]);

    const old = core.ring.active?.fingerprint ?? '';
    const { newFingerprint } = await stageRotation(core, null);
    proveWithoutCopy(core, null, newFingerprint);
    await beginSealing(core, null);
    await createRotationJob(core).run();
    rmSync(join(dataDir, `encryption_key.${digits(old)}`));
    leave('.encryption_key.partial-00ee', text);
    await reopen();
    expect(listPartials()).toEqual(['.encryption_key.partial-00ee']);
  });
});
