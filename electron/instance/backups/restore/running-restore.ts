import { randomUUID } from 'node:crypto';
import { isAbsolute } from 'node:path';
import type { Caller } from '../../access/caller.ts';
import { AppError, type ErrorCode } from '../../kernel/app-error.ts';
import type { Exchange, ExchangeResult } from '../../kernel/exchange.ts';
import { describeError } from '../../kernel/log.ts';
import type { HandedCopy } from '../../vault/key/unlock.ts';
import type { SecretText } from '../../vault/secret-text.ts';
import { getStored } from '../backups.ts';
import type { BackupsCore } from '../backups-core.ts';
import { getDestination, openDestination } from '../destinations/destinations.ts';
import { findAtDestination } from '../reading/backup-files.ts';
import { type CheckStep, requireKnownVersion, requireRoom } from '../reading/check-backup.ts';
import { listHeldKeys } from '../reading/held-keys.ts';
import { readManifest } from '../reading/read-manifest.ts';
import {
  type ChosenBackup,
  chooseBackup,
  type FoundBackup,
  findBackups,
  readArchive,
} from './find-backups.ts';
import type { StoredPlace } from './find-stored-backups.ts';
import { findFormer, putFormerBack } from './former-database.ts';
import { nothingGiven, readCopyFor } from './keys-at-hand.ts';
import { type RestorePreview, restoreChecked } from './prepare-restore.ts';
import { lookAt, type Target } from './target.ts';
import type { Uploads } from './uploads.ts';

export interface RestoreRequest {
  /** Of the list. */
  backup?: string;
  /** The whole path of a backup's folder, its manifest, or a folder with backups, of which the newest is taken. */
  path?: string;
  /** A bucket, with what opens it. */
  store?: StoredPlace;
  /** A file that was uploaded whole. */
  upload?: string;
  /** A copy of the key, where it is not here; or an identity of age that the backup is encrypted for. */
  copy?: HandedCopy;
  /** Of passphrase custody. */
  passphrase?: SecretText;
}

export interface PreparedRestore {
  id: string;
  preview: RestorePreview;
}

/** How far the check of a backup is. */
export interface RestoreProgress {
  id: string;
  state: 'checking' | 'ready' | 'restoring';
  step: CheckStep;
  done: number;
  total: number;
  /** Once it is ready. */
  preview: RestorePreview | null;
}

/** Restores through a running instance: one at a time. */
export interface Restores {
  find(): RestoreProgress | null;
  /**
   * Checks a backup to its last value, as a drill does, and keeps it until it is applied, cancelled, replaced by the next one, or
   * nobody has wanted it for an hour. Throws as a restore into a directory does before it replaces anything.
   */
  prepare(actor: Caller, request: RestoreRequest): Promise<PreparedRestore>;
  /** Begins to exchange the database: what came of it is its outcome. Throws `not_found`, `conflict`, `backup_of_other_instance`. */
  apply(id: string): void;
  cancel(id: string): Promise<void>;
  /** Puts a former database back, of the last restore unless another is named. Returns the id of its outcome; throws `not_found`, `conflict`. */
  undo(actor: Caller, name?: string): string;
  /** Throws `not_found`. */
  getOutcome(id: string): ExchangeResult;
  cancelOld(): Promise<void>;
  stop(): Promise<void>;
}

interface Stage extends RestoreProgress {
  startedAt: number;
  instanceId: string;
  abort: AbortController;
  decide: (isWanted: boolean) => void;
  ended: Promise<unknown>;
}

const KEPT_MS = 60 * 60 * 1000;
/** What nothing changes that somebody could do here. */
const verdicts: readonly ErrorCode[] = ['backup_damaged', 'backup_newer', 'backup_of_other_instance'];
const cancelled = () => new AppError('conflict', 'This restore was cancelled. Nothing was changed.');

export function createRestores(core: BackupsCore, exchange: Exchange, uploads: Uploads): Restores {
  const { ctx, vault } = core;
  const { dataDir, clock, processes } = ctx;
  let stage: Stage | null = null;
  let undoing: string | null = null;
  let failed: ExchangeResult | null = null;

  let { lockCount } = vault;

  // SECURITY: a restore that waits may hold a key from a copy: no key outlives a lock.
  const forget = ctx.events.on('vault', () => {
    if (stage?.state === 'ready' && vault.lockCount !== lockCount) void drop();
  });

  const isOld = ({ startedAt }: Stage) => clock.now() - startedAt > KEPT_MS;

  async function drop(): Promise<void> {
    if (!stage || stage.state === 'restoring') return;
    const { abort, decide, ended } = stage;
    abort.abort(cancelled());
    decide(false);
    await ended;
    vault.forgetDroppedKeys();
  }

  function requireIdle(): void {
    if (undoing !== null || stage?.state === 'restoring')
      throw new AppError('conflict', 'The database is being exchanged already.');
  }

  async function prepare(actor: Caller, request: RestoreRequest): Promise<PreparedRestore> {
    requireIdle();
    await drop();
    const target = lookAt(dataDir);
    const abort = new AbortController();
    const backup = await findBackup(core, uploads, request, target, abort.signal);
    requireKnownVersion(backup.files.place, backup.read.manifest);
    requireRoom(backup.read.manifest, dataDir);
    const given = request.copy ? await readCopyFor(backup, request.copy, vault.copyReader) : nothingGiven;
    requireIdle();
    await drop();
    const checking = Promise.withResolvers<PreparedRestore>();
    const decision = Promise.withResolvers<boolean>();
    const current: Stage = {
      id: randomUUID(),
      state: 'checking',
      step: 'fetching',
      done: 0,
      total: 1,
      preview: null,
      startedAt: clock.now(),
      instanceId: backup.read.manifest.instanceId,
      abort,
      decide: decision.resolve,
      ended: Promise.resolve(),
    };
    stage = current;
    lockCount = vault.lockCount;
    const restoring = restoreChecked({
      target,
      backup,
      given,
      held: listHeldKeys(core),
      custody: vault.custody.name,
      passphrase: request.passphrase,
      env: vault.env,
      processes,
      clock,
      actor,
      signal: abort.signal,
      onProgress: (step, done, total) => Object.assign(current, { step, done, total }),
      async confirm(preview) {
        Object.assign(current, { state: 'ready', preview });
        checking.resolve({ id: current.id, preview });
        if (!(await decision.promise)) throw cancelled();
      },
      closed: (work) => exchange.run(current.id, work),
    });
    current.ended = restoring.catch((error: unknown) => {
      checking.reject(error);
      noteFailure(current.id, error);
    });
    void current.ended.then(() => {
      if (stage === current) stage = null;
    });
    return await checking.promise;
  }

  /** An upload is here for as long as it may be asked for again: with another copy of the key, or once there is room. */
  async function prepareFrom(actor: Caller, request: RestoreRequest): Promise<PreparedRestore> {
    const { upload } = request;
    if (upload === undefined) return await prepare(actor, request);
    try {
      const prepared = await prepare(actor, request);
      await uploads.drop(upload);
      return prepared;
    } catch (error) {
      if (error instanceof AppError && verdicts.includes(error.code)) await uploads.drop(upload);
      throw error;
    }
  }

  /** Also of what failed before the exchange began, which knows nothing of it then. */
  function noteFailure(id: string, error: unknown): void {
    const said = error instanceof AppError ? error.message : 'It failed for a reason that nobody expected.';
    if (!(error instanceof AppError)) ctx.log.error({ error: describeError(error) }, 'a restore failed');
    failed = { id, state: 'failed', said: [said] };
  }

  return {
    find: () => stage && { ...stage },
    prepare: prepareFrom,
    apply(id) {
      if (stage?.id !== id || stage.state === 'checking' || isOld(stage))
        throw new AppError('not_found', 'This restore is not prepared any more: choose the backup again.');
      requireIdle();
      const now = lookAt(dataDir).instance;
      // It was checked against what was here then.
      if (now && now.id !== stage.instanceId)
        throw new AppError(
          'backup_of_other_instance',
          'Somebody has begun to use this instance meanwhile: a backup of another one cannot replace it.',
        );
      stage.state = 'restoring';
      const { decide } = stage;
      // After the answer, which the doors still give.
      setImmediate(() => decide(true));
    },
    async cancel(id) {
      if (stage?.id !== id) throw new AppError('not_found', 'There is no such restore.');
      requireIdle();
      await drop();
    },
    undo(actor, wanted) {
      requireIdle();
      const name = findFormer(dataDir, wanted);
      const id = randomUUID();
      undoing = id;
      setImmediate(async () => {
        await drop();
        await putFormerBack(dataDir, { clock, actor, name }, (work) => exchange.run(id, work)).catch(
          (error) => noteFailure(id, error),
        );
        undoing = null;
      });
      return id;
    },
    getOutcome(id) {
      const result = exchange.last();
      if (result?.id === id) return result;
      if (failed?.id === id) return failed;
      if (stage?.id === id || undoing === id) return { id, state: 'running', said: [] };
      throw new AppError('not_found', 'Nothing is known of this restore.');
    },
    async cancelOld() {
      if (stage && isOld(stage)) await drop();
      await uploads.dropOld();
    },
    async stop() {
      forget();
      await drop();
      await uploads.stop();
    },
  };
}

async function findBackup(
  core: BackupsCore,
  uploads: Uploads,
  { backup: id, path, store, upload }: RestoreRequest,
  target: Target,
  signal: AbortSignal,
): Promise<ChosenBackup> {
  if (id !== undefined) {
    const listed = await findListed(core, id, signal);
    return chooseBackup({ backups: [listed], unusable: [] }, target.instance?.id ?? null);
  }
  const here = target.instance?.id ?? null;
  if (store !== undefined) return chooseBackup(await findBackups(store, signal), here);
  if (upload !== undefined) {
    const file = uploads.find(upload);
    const uploaded = await readArchive(file.path, signal, file.name);
    return chooseBackup({ backups: [uploaded], unusable: [] }, here);
  }
  if (path === undefined || !isAbsolute(path))
    throw new AppError('invalid_request', 'Give the whole path of a backup, or of a folder with backups.', {
      fields: { path: 'a path from the root on' },
    });
  return chooseBackup(await findBackups(path, signal), here);
}

async function findListed(core: BackupsCore, id: string, signal: AbortSignal): Promise<FoundBackup> {
  const { folder, destinationId } = getStored(core, id);
  const known = getDestination(core, destinationId);
  const files = findAtDestination(openDestination(core, known), folder, `${known.name}: ${folder}`);
  return { files, read: await readManifest(files, signal) };
}
