import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect } from 'vitest';
import { type CopyRequest, createKeyCopy } from '../../../../electron/instance/vault/copies/copy-making.ts';
import { verifyKeyCopy } from '../../../../electron/instance/vault/copies/copy-verification.ts';
import { listKeyCopies, placeContext } from '../../../../electron/instance/vault/copies/key-copies.ts';
import { checkPlace, listPlaces } from '../../../../electron/instance/vault/copies/places.ts';
import { readBack } from '../../../../electron/instance/vault/copies/write-copy.ts';
import { createExternalCustody } from '../../../../electron/instance/vault/custody/external-custody.ts';
import { syncFolder } from '../../../../electron/instance/vault/custody/key-file.ts';
import { getKeysFromCopy } from '../../../../electron/instance/vault/key/unlock.ts';
import { SecretText } from '../../../../electron/instance/vault/secret-text.ts';
import type { VaultCore } from '../../../../electron/instance/vault/vault-core.ts';
import { startChild } from '../../../child.ts';
import {
  canInterruptCalls,
  countCalls,
  type Interruptible,
  interruptCall,
  interruptionEnv,
} from '../../../crash/interruptions.ts';
import { type OpenVault, openCore, prepare } from '../../../crash/open-core.ts';
import { temps } from '../../../e2e/terminal.ts';
import { requires } from '../../../requires.ts';
import { openSticks, type Stick, type Sticks, whyNoSticks } from '../../../sticks.ts';

const whyNot = whyNoSticks();
const it = requires('sticks', whyNot === null, whyNot ?? '');
const interrupting = requires(
  'sticks and faults at system calls',
  whyNot === null && canInterruptCalls(),
  whyNot ?? 'needs a C compiler (cc)',
);
const worker = join(import.meta.dirname, '../../../crash/copy-worker.ts');

let sticks: Sticks;
let vault: OpenVault;
let core: VaultCore;
beforeEach(async () => {
  sticks = openSticks();
  vault = await openCore(await prepare(1, sticks.memory));
  core = vault.core;
});
afterEach(async () => {
  try {
    vault?.close();
  } finally {
    await sticks?.close();
  }
});

const copyTo = (path: string, request: Partial<CopyRequest> = {}) =>
  createKeyCopy(core, null, { format: 'plain', path, of: 'active', unprotectedConfirmed: true, ...request });
const namesAt = ({ at }: Stick) => readdirSync(at).filter((name) => name !== 'lost+found');
const place = async ({ at }: Stick) =>
  (await listPlaces(placeContext(core))).find(({ path }) => path === at) ?? null;
const fingerprintAt = async (path: string) =>
  (await getKeysFromCopy(core.copyReader, { path })).map(({ key }) => key.fingerprint).join();

async function plugged(...args: Parameters<Sticks['make']>): Promise<Stick> {
  const stick = sticks.make(...args);
  await stick.plugIn();
  return stick;
}

describe('a stick that is full', () => {
  it.each(['ext4', 'exfat'] as const)('takes no copy, and keeps the one it has (%s)', async (format) => {
    const stick = await plugged(format);
    const { copy, writtenTo } = await copyTo(stick.at);
    const older = readFileSync(writtenTo ?? '');
    const filler = join(stick.at, 'filler');
    spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=1M'], { stdio: 'ignore' });
    spawnSync('dd', ['if=/dev/zero', `of=${filler}2`, 'bs=512'], { stdio: 'ignore' });
    const before = namesAt(stick);

    const full = {
      code: 'place_full',
      message: expect.stringMatching(/not enough space .* free some space, or choose/),
    };
    await expect(copyTo(stick.at, { format: 'words' })).rejects.toMatchObject(full);
    await expect(copyTo(stick.at)).rejects.toMatchObject(full);
    // Room for the beginning of a page, and not for its end.
    truncateSync(filler, statSync(filler).size - 4096);
    await expect(copyTo(stick.at, { format: 'pdf' })).rejects.toMatchObject(full);
    expect(namesAt(stick)).toEqual(before);
    expect(readFileSync(writtenTo ?? '')).toEqual(older);
    expect(listKeyCopies(core)).toMatchObject([{ id: copy.id }]);

    rmSync(filler);
    expect((await copyTo(stick.at, { format: 'words' })).copy.verifiedAt).not.toBeNull();
  });
});

describe('a stick that is write-protected', () => {
  it.each([
    'ext4',
    'exfat',
  ] as const)('is listed as such, and takes a copy once it is not (%s)', async (format) => {
    const stick = sticks.make(format);
    await stick.plugIn({ readOnly: true });
    const said = /write-protected.*Unlock the switch/;
    expect(await place(stick)).toMatchObject({ writable: false, message: expect.stringMatching(said) });
    const error = await copyTo(stick.at).catch((thrown) => thrown);
    expect(error).toMatchObject({ code: 'place_read_only', message: expect.stringMatching(said) });
    expect(namesAt(stick)).toEqual([]);
    expect(listKeyCopies(core)).toEqual([]);

    await stick.eject();
    await stick.plugIn();
    expect(await place(stick)).toMatchObject({ writable: true, separate: true });
    expect((await copyTo(stick.at)).copy).toMatchObject({ separate: true, verifiedAt: expect.any(Number) });
  });

  it('is named on the command line too', async () => {
    const stick = sticks.make('ext4');
    await stick.plugIn({ readOnly: true });
    vault.close();
    const ran = temps(core.dataDir, ['key', 'copy', '--format', 'text', '--to', stick.at]);
    expect(ran).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringMatching(/Unlock the switch on its side/),
    });
  });
});

describe('a stick without permissions', () => {
  it.each([
    'fat',
    'exfat',
  ] as const)('takes a copy, and a plain key file opens from it (%s)', async (format) => {
    const stick = await plugged(format);
    // Of FAT by a process it is not known which disk it is on: it does not count without a second yes.
    const made = await copyTo(stick.at, { keepAnyway: true });
    const path = made.writtenTo ?? '';
    expect(made.copy.verifiedAt).not.toBeNull();
    expect(namesAt(stick)).toEqual(['encryption_key']);
    await expect(copyTo(stick.at, { keepAnyway: true })).rejects.toMatchObject({ code: 'place_occupied' });
    await stick.eject();

    await stick.plugIn();
    const mode = () => statSync(path).mode & 0o777;
    const shown = mode();
    if (format === 'fat') expect(() => chmodSync(path, 0o640)).toThrow(/ENOSYS/);
    else chmodSync(path, 0o600);
    expect(mode()).toBe(shown);
    expect(await verifyKeyCopy(core, null, { path })).toMatchObject({
      verdict: 'opens_this_instance',
      provenIds: [made.copy.id],
    });
    expect(await fingerprintAt(path)).toBe(core.ring.active?.fingerprint);
    expect(await createExternalCustody(path).find()).toMatchObject({
      outcome: 'found',
      said:
        shown === 0o777
          ? [expect.stringMatching(/can be read by other users.*on FAT and exFAT.*umask=077/)]
          : [],
    });
  });

  it('is said to give a plain key to whoever holds it', async () => {
    const stick = await plugged('exfat');
    await expect(copyTo(stick.at, { unprotectedConfirmed: false })).rejects.toMatchObject({
      message: expect.stringMatching(/FAT and exFAT drives have no file permissions/),
    });
  });

  it('may have no way to sync a folder, as /proc has none', async () => {
    await syncFolder('/proc');
  });
});

describe('a stick that is pulled out', () => {
  const gone = { code: 'place_gone', message: expect.stringMatching(/stopped responding.*Plug it in again/) };

  it('before the file is written takes no copy, and the disk below keeps none', async () => {
    const stick = await plugged('ext4');
    expect((await checkPlace(stick.at, placeContext(core))).separate).toBe(true);
    const request: CopyRequest = {
      format: 'words',
      path: join(stick.at, 'key.txt'),
      of: 'active',
      // Asked for after the place was looked at: deriving a key from it takes a second.
      get passphrase() {
        stick.pullOut();
        return new SecretText('brisk lantern under seven quiet boats');
      },
    };
    await expect(createKeyCopy(core, null, request)).rejects.toMatchObject(gone);
    expect(namesAt(stick)).toEqual([]);
    expect(listKeyCopies(core)).toEqual([]);
    await stick.plugIn();
    expect(namesAt(stick)).toEqual([]);
  });

  interrupting('between writing and reading back proves nothing, and is proven when it is back', async () => {
    const stick = await plugged('ext4');
    // The last call is the sync of the folder.
    const said = await stopAt(stick, 5, () => stick.pullOut());
    expect(said).toBe('FAILED place_gone');
    expect(listKeyCopies(core)).toEqual([]);
    await expect(readBack(join(stick.at, 'encryption_key'))).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringMatching(/plug the drive in/),
    });

    await stick.plugIn();
    expect(namesAt(stick)).toEqual(['encryption_key']);
    const verification = await verifyKeyCopy(core, null, { path: join(stick.at, 'encryption_key') });
    expect(verification).toMatchObject({ verdict: 'opens_this_instance', provenIds: [expect.any(Number)] });
  });

  interrupting.each([
    [1, 'write'],
    [4, 'rename'],
  ])('so that its driver ends at call %i, the %s, holds no half copy', async (call) => {
    const stick = await plugged('fat');
    expect(await stopAt(stick, call, () => stick.killDriver())).toBe('FAILED place_gone');
    expect(() => readdirSync(stick.at)).toThrow(/ENOTCONN/);
    await expect(readBack(join(stick.at, 'encryption_key'))).rejects.toMatchObject(gone);
    expect(listKeyCopies(core)).toEqual([]);
    stick.pullOut();
    await stick.plugIn();
    expect(existsSync(join(stick.at, 'encryption_key'))).toBe(false);
    expect((await copyTo(stick.at, { keepAnyway: true })).copy.verifiedAt).not.toBeNull();
  });

  interrupting.each([
    ['exfat', 'kill'],
    ['ext4', 'EIO'],
  ] as const)(
    'at any call holds a whole copy or none (%s, %s)',
    { timeout: 300_000 },
    async (format, fault) => {
      const stick = await plugged(format);
      const file = join(stick.at, 'encryption_key');
      const { fingerprint } = core.ring.active ?? {};
      const dataDir = core.dataDir;
      vault.close();
      const program: Interruptible = { script: [worker, dataDir, stick.at], under: stick.at };
      const calls = countCalls(program, fault);
      expect(calls.length).toBeGreaterThanOrEqual(4);
      let whole = 1;
      let hit = 0;
      for (const at of calls.keys()) {
        for (const name of namesAt(stick)) rmSync(join(stick.at, name));
        const what = `call ${at + 1} of ${calls.length}`;
        const { ran, call } = interruptCall(program, at + 1, fault);
        if (call !== null) hit += 1;
        if (fault === 'EIO') expect(ran.stdout, what).toBe('FAILED place_gone\n');
        if (existsSync(file)) expect(await fingerprintAt(file), what).toBe(fingerprint);
        rmSync(file, { force: true });
        const isLast = at === calls.length - 1;
        if (namesAt(stick).length === 0 && !isLast) continue;
        // What a kill left under another name goes with the next copy.
        countCalls(program, fault);
        whole += 1;
        expect(namesAt(stick), what).toEqual(['encryption_key']);
      }
      expect(hit).toBe(calls.length);
      vault = await openCore(dataDir);
      // Those alone that got through.
      expect(listKeyCopies(vault.core)).toMatchObject(
        Array(whole).fill({ place: file, verifiedAt: expect.any(Number) }),
      );
    },
  );

  /** Stops the copying at its n-th call that changes something on the stick, does that, and lets it go on. */
  async function stopAt(stick: Stick, call: number, meanwhile: () => void | Promise<void>): Promise<string> {
    vault.close();
    const child = startChild(process.execPath, [worker, core.dataDir, stick.at], {
      env: interruptionEnv(stick.at, call, 'stop'),
    });
    const status = `/proc/${child.process.pid}/status`;
    try {
      await child.waitUntil(() => existsSync(status) && /^State:\tT/m.test(readFileSync(status, 'utf8')));
      await meanwhile();
      await child.stop('SIGCONT');
    } finally {
      child.process.kill('SIGKILL');
    }
    vault = await openCore(core.dataDir);
    core = vault.core;
    return child.out.trim();
  }
});

describe('a stick that is unplugged and plugged in again', () => {
  it.each([
    'ext4',
    'exfat',
  ] as const)('is listed again, and its copy is proven again (%s)', async (format) => {
    const stick = await plugged(format);
    const { copy, writtenTo } = await copyTo(stick.at);
    const path = writtenTo ?? '';
    await stick.eject();
    expect(await place(stick)).toBeNull();
    await expect(verifyKeyCopy(core, null, { path })).rejects.toMatchObject({ code: 'not_found' });

    await stick.plugIn();
    const began = performance.now();
    expect(await place(stick)).toMatchObject({ separate: true, writable: true });
    // The page asks every 1.5 s and promises two.
    expect(performance.now() - began).toBeLessThan(500);
    expect(await verifyKeyCopy(core, null, { path })).toMatchObject({ provenIds: [copy.id] });
    const [proven] = listKeyCopies(core);
    expect(proven).toMatchObject({ id: copy.id, separate: true });
    expect(proven?.verifiedAt).toBeGreaterThan(copy.verifiedAt ?? Number.POSITIVE_INFINITY);
  });
});
