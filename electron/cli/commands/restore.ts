import type { GivenCopy } from '../../instance/backups/restore/restore-directory.ts';
import { AppError } from '../../instance/kernel/app-error.ts';
import { bucketNotes, bucketOptions, readBucketPlace, readCredentials } from '../backup/bucket-input.ts';
import { findRunning } from '../client.ts';
import { type Command, findText, formatSize, formatTable, type Invocation } from '../command.ts';
import { CommandError, INTERRUPTED, usageError } from '../command-error.ts';
import { confirmLoss } from '../confirm-loss.ts';
import { parseCustody } from '../custody-option.ts';
import { exitCodes } from '../exit-code.ts';
import { passphraseOption, readVerifiable } from '../key/key-input.ts';
import { explainWords } from '../key/word-problems.ts';
import { askHidden, hasTerminal, readStdinLine } from '../prompt.ts';
import { describeFormer } from '../restore/former-words.ts';
import {
  describeBackup,
  describePreview,
  describeRestored,
  fromPreview,
  type ShownOutcome,
  type ShownRestore,
  toJson,
  whys,
} from '../restore/restore-words.ts';
import { restoreThroughInstance, undoThroughInstance } from '../restore/through-instance.ts';

export const commands: Record<string, Command> = {
  restore: {
    usage:
      'restore FROM [--endpoint URL] [--region REGION] [--path-style] [--list] [--key COPY] [--custody CUSTODY] [--yes] | restore --undo [NAME]',
    summary:
      'Restores a backup, once everything in it was checked. FROM is one file, the folder of a backup, its manifest.json, or a folder with backups, of which the newest is taken; or s3://BUCKET[/PREFIX]. The database that was there before is kept; --undo puts it back, or the former database NAME.',
    notes: `An instance that runs stops what it does, exchanges its database and starts again. --list shows what is at FROM and changes nothing; of a data directory, its former databases, which backup former lists too. Those of before a new version or a rotation stay kept when they are put back; to go back to the version before, install that first. --key is a copy of the key that the backup names: a file, or - for words or
a key from standard input; the passphrase of an encrypted copy is asked, or read with --passphrase-stdin. Where the key is nowhere any more, --key takes an identity of age that the backup is encrypted for, as a recovery key, a paper kit or age-keygen has it: what is not secret comes back, not verified, and the vault stays locked until it gets a copy of the key. Without --key the custody of the data directory is asked, for passphrase custody with its passphrase. In a new data directory, --custody says where the
key is stored from then on: file (default), keychain or external. ${bucketNotes}`,
    options: {
      list: { type: 'boolean' },
      key: { type: 'string' },
      custody: { type: 'string' },
      yes: { type: 'boolean' },
      undo: { type: 'boolean' },
      ...passphraseOption,
      ...bucketOptions,
    },
    positionals: [0, 1],
    run,
  },
};

async function run(invocation: Invocation): Promise<number> {
  const [from] = invocation.positionals;
  const isUndo = invocation.values.undo === true;
  if (from === undefined && !isUndo) throw usageError('Give the place of a backup, or --undo.');
  const restoring = await import('../../instance/backups/restore/restore-directory.ts');
  // Ends at the signal of a terminal: what was unpacked is removed then.
  const cancelled = new AbortController();
  const cancel = () => cancelled.abort(new CommandError(INTERRUPTED, 'Cancelled. Nothing was restored.'));
  process.once('SIGINT', cancel);
  try {
    if (from === undefined || isUndo) return await undo(invocation, restoring);
    if (invocation.values.list) return await list(invocation, from, restoring, cancelled.signal);
    return await restore(invocation, from, restoring, cancelled.signal);
  } finally {
    process.off('SIGINT', cancel);
  }
}

type Restoring = typeof import('../../instance/backups/restore/restore-directory.ts');

async function undo(invocation: Invocation, { undoRestore, requireFormer }: Restoring): Promise<number> {
  const { dataDir } = invocation;
  const [name] = invocation.positionals;
  requireFormer(dataDir, name);
  await confirmLoss(invocation, {
    said:
      name === undefined
        ? `The database of ${dataDir} is replaced by the one that was there before the last restore. What was changed since the restore goes with it, and is kept beside.`
        : `The database of ${dataDir} is replaced by ${name}. What was changed since that was kept goes with it, and is kept beside.`,
    act: 'put the former database back',
    done: 'changed',
  });
  const running = await findRunning(dataDir);
  const { former, notes } = running
    ? await undoThroughInstance(running, invocation, name)
    : await undoRestore(dataDir, undefined, name);
  invocation.print({ former, notes }, () =>
    [
      'The database that was there before is back.',
      ...(former === null
        ? []
        : [`The other one is kept in ${former}; restore --undo puts that one back again.`]),
      ...notes,
    ].join('\n'),
  );
  return exitCodes.done;
}

const nothingFound = { backups: [], unusable: [] };

async function list(
  invocation: Invocation,
  from: string,
  restoring: Restoring,
  signal: AbortSignal,
): Promise<number> {
  const { sumStored, findFoundGaps, describeFoundGaps, NEWER_UNKNOWN } = restoring;
  const former = from.startsWith('s3://') ? [] : restoring.findFormerDatabases(from);
  const { backups, unusable } =
    former.length > 0
      ? nothingFound
      : await restoring.findBackups(await openPlace(invocation, from, restoring), signal);
  const found = backups.map(({ files, read: { manifest } }) => ({
    ...describeBackup({
      place: files.place,
      backup_id: manifest.id,
      instance_id: manifest.instanceId,
      writer_id: manifest.writerId,
      sequence: manifest.sequence,
      taken_at: manifest.takenAt,
      why: manifest.why,
      app_version: manifest.appVersion,
      schema_version: manifest.schemaVersion,
      key_fingerprint: manifest.keyFingerprint,
      encrypted: manifest.recipients.length > 0,
    }),
    size_bytes: sumStored(manifest),
  }));
  const gaps = findFoundGaps(backups.map(({ read }) => read.manifest));
  const not = unusable.map(({ place, error }) => ({ place, error_code: error.code, detail: error.message }));
  const kept = former.map((each) => ({
    name: each.name,
    why: each.why,
    size_bytes: each.sizeBytes,
    replaced_at: each.replacedAt,
    kept_until: each.keptUntil,
  }));
  const missing = gaps.map(({ instanceId, writerId, from: first, to }) => ({
    instance_id: instanceId,
    writer_id: writerId,
    from: first,
    to,
  }));
  invocation.print({ backups: found, missing, unusable: not, former_databases: kept }, () =>
    [
      ...(kept.length > 0 ? [describeFormer(kept), 'One of them comes back by restore --undo NAME.'] : []),
      formatTable(
        found.map((backup) => [
          backup.taken_at,
          `no. ${backup.sequence}`,
          whys[backup.why],
          formatSize(backup.size_bytes),
          `key ${backup.key_fingerprint}`,
          backup.encrypted ? 'encrypted' : 'readable without the key',
          backup.place,
        ]),
      ),
      ...not.map(({ detail }) => detail),
      ...describeFoundGaps(gaps, unusable.length),
      ...(found.length > 0 ? [NEWER_UNKNOWN] : []),
    ].join('\n'),
  );
  return found.length + kept.length > 0 ? exitCodes.done : exitCodes.failed;
}

async function restore(
  invocation: Invocation,
  given: string,
  restoring: Restoring,
  signal: AbortSignal,
): Promise<number> {
  const { dataDir } = invocation;
  const describe = (shown: ShownRestore) => describePreview(shown, dataDir);
  if (given.startsWith('s3://')) requireFreeStdin(invocation);
  const running = await findRunning(dataDir);
  if (running && invocation.values.custody !== undefined)
    throw usageError('The instance that runs has a custody already: leave --custody out, or stop it first.');
  const { shown, outcome } = running
    ? await restoreThroughInstance(running, invocation, given, describe)
    : await restoreHere(invocation, given, restoring, signal);
  invocation.print(toJson(shown, outcome), () => describeRestored(shown, outcome, dataDir));
  return exitCodes.done;
}

async function restoreHere(
  invocation: Invocation,
  given: string,
  restoring: Restoring,
  signal: AbortSignal,
): Promise<{ shown: ShownRestore; outcome: ShownOutcome }> {
  const { dataDir, processes } = invocation;
  const custody = parseCustody('--custody', invocation.values.custody);
  if (custody === 'passphrase')
    throw usageError('Restore with --custody file or keychain, then: temps-desktop key move --to passphrase');
  const from = await openPlace(invocation, given, restoring);
  const attempt = (copy: GivenCopy | undefined, passphrase?: string) =>
    restoring.restoreBackup(
      { dataDir, from, copy, custody, passphrase, env: process.env, processes, signal },
      (preview) =>
        confirmLoss(invocation, {
          said: describePreview(fromPreview(preview), dataDir),
          act: 'restore it',
          done: 'restored',
        }),
    );
  const { preview, ...outcome } = await withPassphrase(invocation, await readCopy(invocation), attempt);
  return { shown: fromPreview(preview), outcome };
}

function requireFreeStdin({ values }: Invocation): void {
  const isStdinTaken = values.key === '-' || values['passphrase-stdin'] === true;
  if (isStdinTaken && (values['credentials-stdin'] === true || !hasTerminal()))
    throw usageError(
      'Standard input has the credentials of the store, so it cannot have the key or a passphrase too: give --key as a file.',
    );
}

/** A folder or file as it is given; of `s3://…` the credentials are asked for. */
async function openPlace(invocation: Invocation, from: string, { openGivenBucket }: Restoring) {
  if (!from.startsWith('s3://')) return from;
  return openGivenBucket(readBucketPlace(invocation, from), await readCredentials(invocation));
}

async function readCopy(invocation: Invocation): Promise<GivenCopy | undefined> {
  const path = findText(invocation, 'key');
  if (path === undefined) return undefined;
  const given = await readVerifiable(path, 'Words, key or identity: ');
  if (!('path' in given) || !invocation.values['passphrase-stdin']) return given;
  return { ...given, passphrase: await readStdinLine() };
}

/** Asks for the passphrase of an encrypted copy, or without one of the custody, where there is a terminal. */
async function withPassphrase<T>(
  { values }: Invocation,
  copy: GivenCopy | undefined,
  attempt: (copy: GivenCopy | undefined, passphrase?: string) => Promise<T>,
): Promise<T> {
  try {
    return await attempt(copy);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { code, message, fields, details } = error;
    if (code === 'words_invalid') throw explainWords(new CommandError(code, message, fields, details));
    if (code !== 'passphrase_required') throw error;
    if (copy === undefined && values['passphrase-stdin'])
      return await attempt(undefined, await readStdinLine());
    if (!hasTerminal()) throw error;
    const passphrase = await askHidden('Passphrase: ');
    return await (copy === undefined ? attempt(undefined, passphrase) : attempt({ ...copy, passphrase }));
  }
}
