import type {
  GivenCopy,
  Restored,
  RestorePreview,
} from '../../instance/backups/restore/restore-directory.ts';
import { AppError } from '../../instance/kernel/app-error.ts';
import { bucketNotes, bucketOptions, readBucketPlace, readCredentials } from '../backup/bucket-input.ts';
import { type Command, findText, formatCount, formatSize, formatTable, type Invocation } from '../command.ts';
import { CommandError, usageError } from '../command-error.ts';
import { confirmLoss } from '../confirm-loss.ts';
import { parseCustody } from '../custody-option.ts';
import { exitCodes } from '../exit-code.ts';
import { passphraseOption, readVerifiable } from '../key/key-input.ts';
import { explainWords } from '../key/word-problems.ts';
import { askHidden, hasTerminal, readStdinLine } from '../prompt.ts';

export const commands: Record<string, Command> = {
  restore: {
    usage:
      'restore FROM [--endpoint URL] [--region REGION] [--path-style] [--list] [--key COPY] [--custody CUSTODY] [--yes] | restore --undo',
    summary:
      'Restores a backup, once everything in it was checked. FROM is the folder of a backup, its manifest.json, or a folder with backups, of which the newest is taken; or s3://BUCKET[/PREFIX]. The database that was there before is kept; --undo puts it back.',
    notes: `Stop the instance first. --list shows what is at FROM and changes nothing. --key is a copy of the key that the backup names: a file, or - for words or
a key from standard input; the passphrase of an encrypted copy is asked, or read with --passphrase-stdin. Without --key the custody of the data directory is asked. In a new data directory, --custody says where the
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
  if ((from === undefined) !== (invocation.values.undo === true))
    throw usageError('Give the place of a backup, or --undo, and not both.');
  const restoring = await import('../../instance/backups/restore/restore-directory.ts');
  // Ends at the signal of a terminal: what was unpacked is removed then.
  const cancelled = new AbortController();
  const cancel = () => cancelled.abort(new CommandError('cancelled', 'Cancelled. Nothing was restored.'));
  process.once('SIGINT', cancel);
  try {
    if (from === undefined) return await undo(invocation, restoring);
    if (invocation.values.list) return await list(invocation, from, restoring, cancelled.signal);
    return await restore(invocation, from, restoring, cancelled.signal);
  } finally {
    process.off('SIGINT', cancel);
  }
}

type Restoring = typeof import('../../instance/backups/restore/restore-directory.ts');

async function undo(invocation: Invocation, { undoRestore }: Restoring): Promise<number> {
  const { dataDir } = invocation;
  await confirmLoss(invocation, {
    said: `The database of ${dataDir} is replaced by the one that was there before the last restore. What was changed since the restore goes with it, and is kept beside.`,
    act: 'put the former database back',
    done: 'changed',
  });
  const { former, restored, notes } = await undoRestore(dataDir);
  invocation.print({ database_from: restored, former, notes }, () =>
    [
      `The database from ${restored} is back.`,
      ...(former === null
        ? []
        : [`The restored one is kept in ${former}; restore --undo puts that one back again.`]),
      ...notes,
    ].join('\n'),
  );
  return exitCodes.done;
}

async function list(
  invocation: Invocation,
  from: string,
  restoring: Restoring,
  signal: AbortSignal,
): Promise<number> {
  const { findBackups, sumStored } = restoring;
  const { backups, unusable } = await findBackups(await openPlace(invocation, from, restoring), signal);
  const found = backups.map(({ files, read: { manifest } }) => ({
    ...describeManifest(files.place, manifest),
    size_bytes: sumStored(manifest),
  }));
  const not = unusable.map(({ place, error }) => ({ place, error_code: error.code, detail: error.message }));
  invocation.print({ backups: found, unusable: not }, () =>
    [
      formatTable(
        found.map((backup) => [
          backup.taken_at,
          whys[backup.why],
          formatSize(backup.size_bytes),
          `key ${backup.key_fingerprint}`,
          backup.encrypted ? 'encrypted' : 'readable without the key',
          backup.place,
        ]),
      ),
      ...not.map(({ detail }) => detail),
    ].join('\n'),
  );
  return found.length > 0 ? exitCodes.done : exitCodes.failed;
}

async function restore(
  invocation: Invocation,
  given: string,
  restoring: Restoring,
  signal: AbortSignal,
): Promise<number> {
  const { restoreBackup } = restoring;
  const { dataDir, processes } = invocation;
  const custody = parseCustody('--custody', invocation.values.custody);
  if (custody === 'passphrase')
    throw usageError('Restore with --custody file or keychain, then: temps-desktop key move --to passphrase');
  const from = await openPlace(invocation, given, restoring);
  const attempt = (copy: GivenCopy | undefined) =>
    restoreBackup({ dataDir, from, copy, custody, env: process.env, processes, signal }, (preview) =>
      confirmLoss(invocation, {
        said: describePreview(preview, dataDir),
        act: 'restore it',
        done: 'restored',
      }),
    );
  const restored = await withPassphrase(await readCopy(invocation), attempt);
  invocation.print(toJson(restored), () => describeRestored(restored, dataDir));
  return exitCodes.done;
}

/** A folder or file as it is given; of `s3://…` the credentials are asked for. */
async function openPlace(invocation: Invocation, from: string, { openGivenBucket }: Restoring) {
  if (!from.startsWith('s3://')) return from;
  const { values } = invocation;
  const isStdinTaken = values.key === '-' || values['passphrase-stdin'] === true;
  if (isStdinTaken && (values['credentials-stdin'] === true || !hasTerminal()))
    throw usageError(
      'Standard input has the credentials of the store, so it cannot have the key or a passphrase too: give --key as a file.',
    );
  return openGivenBucket(readBucketPlace(invocation, from), await readCredentials(invocation));
}

async function readCopy(invocation: Invocation): Promise<GivenCopy | undefined> {
  const path = findText(invocation, 'key');
  if (path === undefined) return undefined;
  const given = await readVerifiable(path);
  if (!('path' in given) || !invocation.values['passphrase-stdin']) return given;
  return { ...given, passphrase: await readStdinLine() };
}

/** Asks for the passphrase of an encrypted copy where there is a terminal. */
async function withPassphrase<T>(
  copy: GivenCopy | undefined,
  attempt: (copy: GivenCopy | undefined) => Promise<T>,
): Promise<T> {
  try {
    return await attempt(copy);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { code, message, fields, details } = error;
    if (code === 'words_invalid') throw explainWords(new CommandError(code, message, fields, details));
    if (code !== 'passphrase_required' || !hasTerminal() || copy === undefined) throw error;
    return await attempt({ ...copy, passphrase: await askHidden('Passphrase: ') });
  }
}

const whys: Record<RestorePreview['manifest']['why'], string> = {
  by_hand: 'by hand',
  schedule: 'by schedule',
  before_restore: 'before a restore',
  before_migration: 'before an update',
  before_rotation: 'before a rotation',
};

/** What is counted for people; --json has every table. */
const counted = new Map([
  ['users', 'accounts'],
  ['projects', 'projects'],
  ['environments', 'environments'],
  ['env_vars', 'variables'],
  ['api_keys', 'API keys'],
  ['deployment_tokens', 'deployment tokens'],
  ['audit_log', 'lines of the audit log'],
  ['secrets', 'encrypted values, by kind:'],
]);

/** Each name with its count now (null in a new data directory) and in the backup. */
function compare(
  now: Record<string, number> | undefined,
  then: Record<string, number>,
): [name: string, now: number | null, then: number][] {
  const [before, after] = [new Map(Object.entries(now ?? {})), new Map(Object.entries(then))];
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  return names.map((name) => [name, now ? (before.get(name) ?? 0) : null, after.get(name) ?? 0]);
}

function describePreview(preview: RestorePreview, dataDir: string): string {
  const { manifest, instance, values, now, inBackup } = preview;
  const tables = [...counted.keys()];
  // In the order of the list: what is counted by kind comes last.
  const rows = compare(now?.rows, inBackup.rows)
    .filter(([table]) => counted.has(table))
    .sort(([one], [other]) => tables.indexOf(one) - tables.indexOf(other));
  const byKind = compare(now?.groups, inBackup.groups);
  return [
    `Backup  of ${instance.name} (${instance.id}), ${preview.place}`,
    `        taken ${new Date(manifest.takenAt).toISOString()} ${whys[manifest.why]}, number ${manifest.sequence} of its computer, by version ${manifest.appVersion}; whether there is a newer one elsewhere is not known here`,
    `Key     ${manifest.keyFingerprint}: ${describeValues(values)}`,
    `Into    ${dataDir}: ${describeTarget(preview)}`,
    formatTable([
      ['', 'now', 'backup'],
      ...rows.map(([table, ...counts]) => [counted.get(table) ?? table, ...counts]),
      ...byKind.map(([kind, ...counts]) => [`  ${kind.replaceAll('_', ' ')}`, ...counts]),
    ]),
    ...(preview.hasDatabase
      ? [
          'What was changed here after the backup was taken is not in it. The database is kept beside: restore --undo',
        ]
      : []),
  ].join('\n');
}

function describeValues(values: RestorePreview['values']): string {
  if (values === null)
    return 'it is not here, so nobody vouches for this backup, and the vault will be locked';
  const lost = values.lost === 0 ? '' : `, and ${values.lost} had been lost before`;
  return `it vouches for this backup, and decrypts ${formatCount(values.opened, 'value')} of ${values.total}${lost}`;
}

function describeTarget({ now, hasDatabase }: RestorePreview): string {
  if (now) return `replaces the database of ${now.instance.name}`;
  return hasDatabase ? 'replaces a database that cannot be read' : 'a new data directory';
}

function describeManifest(place: string, manifest: RestorePreview['manifest']) {
  return {
    place,
    id: manifest.id,
    instance_id: manifest.instanceId,
    writer_id: manifest.writerId,
    sequence: manifest.sequence,
    taken_at: new Date(manifest.takenAt).toISOString(),
    why: manifest.why,
    app_version: manifest.appVersion,
    schema_version: manifest.schemaVersion,
    key_fingerprint: manifest.keyFingerprint,
    encrypted: manifest.recipients.length > 0,
  };
}

function toJson({ preview, former, notes }: Restored) {
  const { place, manifest, instance, values, now, inBackup } = preview;
  return {
    backup: { ...describeManifest(place, manifest), instance_name: instance.name },
    values,
    now: now && { rows: now.rows, values: now.groups },
    restored: { rows: inBackup.rows, values: inBackup.groups },
    former,
    notes,
  };
}

function describeRestored({ preview, former, notes }: Restored, dataDir: string): string {
  return [
    `Restored the backup of ${new Date(preview.manifest.takenAt).toISOString()} into ${dataDir}. Everyone has to sign in again.`,
    ...(former === null
      ? []
      : [`The database that was there before is in ${former}; restore --undo puts it back.`]),
    ...notes,
  ].join('\n');
}
