import { basename, resolve } from 'node:path';
import type { Schemas } from '../api-request.ts';
import type { Client } from '../client.ts';
import {
  type Command,
  findText,
  findTexts,
  formatCount,
  formatDay,
  formatTable,
  type Invocation,
  withClient,
} from '../command.ts';
import { CommandError, usageError } from '../command-error.ts';
import { exitCodes } from '../exit-code.ts';
import { noSuch } from '../line/missing-names.ts';
import { bucketNotes, bucketOptions, readBucketPlace, readCredentials } from './bucket-input.ts';
import { describeDrive } from './drive-words.ts';
import { createRecoveryKey, requireTerminal } from './recovery-key.ts';

type Destination = Schemas['BackupDestination'];
type Added = Schemas['AddedBackupDestination'];
type Encryption = NonNullable<NonNullable<Destination['bucket']>['server_side_encryption']>;

const USAGE =
  'backup destinations add folder PATH [--name NAME] [--readable-without-key] [--recipient age1…] [--new-recovery-key] | add s3 BUCKET[/PREFIX] [--endpoint URL] [--region REGION] [--path-style] [--encryption AES256|aws:kms] [--plain-http] [--name NAME] [--readable-without-key] [--recipient age1…] [--new-recovery-key] | list | show NAME | test NAME | recipients NAME [--add age1…] [--remove age1…] [--new-recovery-key] | credentials NAME | remove NAME';

export const destinationCommands: Record<string, Command> = {
  'backup destinations': {
    usage: USAGE,
    summary: 'Says where backups go: to folders, or to buckets of S3 stores.',
    notes: `add writes a small file there, reads it, lists it and deletes it. Backups are encrypted for the key of this instance, unless --readable-without-key is given: then anyone who can read the place reads names, e-mail addresses and plain values; secrets stay encrypted. Encrypted backups are lost if every copy of the key is, unless others can decrypt them. --new-recovery-key creates a recovery key, shows it once on the terminal and asks for its end: restore --key takes it. --recipient names recipients of age (age1…), several with commas between or with the option given again. They read names, e-mail addresses and plain values, and no secret. recipients shows or changes who can decrypt the backups that are made from then on; those made before stay as they are. ${bucketNotes} --encryption asks the store to encrypt objects itself too; --plain-http accepts an endpoint without TLS, where others see when backups are made and how large they are. credentials replaces those of a bucket, once they were tried out. remove leaves the backups where they are.`,
    options: {
      name: { type: 'string' },
      'readable-without-key': { type: 'boolean' },
      recipient: { type: 'string', multiple: true },
      'new-recovery-key': { type: 'boolean' },
      add: { type: 'string', multiple: true },
      remove: { type: 'string', multiple: true },
      encryption: { type: 'string' },
      'plain-http': { type: 'boolean' },
      ...bucketOptions,
    },
    positionals: [1, 3],
    run: changeDestinations,
  },
};

async function changeDestinations(invocation: Invocation): Promise<number> {
  const [what, ...rest] = invocation.positionals;
  const changes: Record<string, (client: Client) => Promise<void>> = {
    add: (client) => addDestination(invocation, client, rest),
    list: (client) => listDestinations(invocation, client),
    show: (client) => showDestination(invocation, client, rest),
    test: (client) => testDestination(invocation, client, rest),
    recipients: (client) => changeRecipients(invocation, client, rest),
    credentials: (client) => replaceCredentials(invocation, client, rest),
    remove: (client) => removeDestination(invocation, client, rest),
  };
  const change = what !== undefined && Object.hasOwn(changes, what) ? changes[what] : undefined;
  if (!change) throw usageError(`usage: temps-desktop ${USAGE}`);
  return await withClient(invocation, async (client) => {
    await change(client);
    return exitCodes.done;
  });
}

async function addDestination(
  invocation: Invocation,
  client: Client,
  [kind, where]: string[],
): Promise<void> {
  const adding = { folder: addFolder, s3: addBucket };
  if (kind === undefined || where === undefined || !Object.hasOwn(adding, kind))
    throw usageError(
      'Give a folder that is there, or a bucket: backup destinations add folder PATH, or add s3 BUCKET[/PREFIX].',
    );
  const added = await adding[kind as keyof typeof adding](invocation, client, where);
  invocation.print(added, () =>
    [
      `Added ${added.name}: a file was written to ${added.path}, read, listed and deleted.`,
      describeReaders(added),
      ...(added.note === null ? [] : [added.note]),
      ...(added.readable_without_key || added.recipients.length > 0
        ? []
        : [`To add one: backup destinations recipients ${quote(added.name)} --new-recovery-key`]),
    ].join('\n'),
  );
}

/** As a shell takes it. */
const quote = (name: string): string =>
  /^[\w./-]+$/.test(name) ? name : `'${name.replaceAll("'", `'\\''`)}'`;

function describeReaders({ readable_without_key, recipients }: Destination): string {
  if (readable_without_key)
    return 'Its backups can be read without the key; only secrets in them are encrypted.';
  return recipients.length === 0
    ? 'Its backups are encrypted: the key decrypts them, or a copy of it.'
    : `Its backups are encrypted: the key decrypts them, or a copy of it, and all but the secrets in them also the identity of ${recipients.join(' or ')}.`;
}

async function addFolder(invocation: Invocation, client: Client, given: string): Promise<Added> {
  const path = resolve(given);
  return await client.post('/backups/destinations', {
    body: { kind: 'folder', path, ...(await readCommon(invocation, client, basename(path) || path)) },
  });
}

async function addBucket(invocation: Invocation, client: Client, address: string): Promise<Added> {
  const { isPathStyle, ...place } = readBucketPlace(invocation, address);
  const { accessKeyId, secretAccessKey } = await readCredentials(invocation);
  return await client.post('/backups/destinations', {
    body: {
      kind: 's3',
      ...place,
      path_style: isPathStyle,
      server_side_encryption: readEncryption(invocation),
      access_key_id: accessKeyId,
      secret_access_key: secretAccessKey,
      accept_plain_http: invocation.values['plain-http'] === true,
      ...(await readCommon(invocation, client, place.bucket)),
    },
  });
}

async function readCommon(invocation: Invocation, client: Client, name: string) {
  const isReadable = invocation.values['readable-without-key'] === true;
  if (isReadable && invocation.values['new-recovery-key'] === true)
    throw usageError(
      'Backups that can be read without the key need no recovery key: leave one of the two options out.',
    );
  return {
    name: findText(invocation, 'name') ?? name,
    readable_without_key: isReadable,
    recipients: [...readRecipients(invocation, 'recipient'), ...(await readNewRecipient(invocation, client))],
  };
}

const readRecipients = (invocation: Invocation, option: string): string[] =>
  findTexts(invocation, option)
    .flatMap((each) => each.split(','))
    .map((each) => each.trim());

/** Of a recovery key that is created and shown, where one is asked for. */
async function readNewRecipient({ values }: Invocation, client: Client): Promise<string[]> {
  if (values['new-recovery-key'] !== true) return [];
  requireTerminal();
  return [await createRecoveryKey(client)];
}

/** Who decrypts the backups of a destination; with options, from the next backup on. */
async function changeRecipients(invocation: Invocation, client: Client, [name]: string[]): Promise<void> {
  const destination = await getDestination(client, name);
  const { id, recipients } = destination;
  const [added, removed] = [readRecipients(invocation, 'add'), readRecipients(invocation, 'remove')];
  const unknown = removed.find((recipient) => !recipients.includes(recipient));
  if (unknown !== undefined)
    throw new CommandError(
      'not_found',
      `The backups of ${destination.name} are not encrypted for ${unknown}.`,
    );
  if (destination.readable_without_key)
    throw usageError(
      `The backups of ${destination.name} can be read without the key: they have no recipients.`,
    );
  const isNew = invocation.values['new-recovery-key'] === true;
  if (added.length + removed.length === 0 && !isNew) {
    invocation.print({ recipients }, () => [describeReaders(destination), ...recipients].join('\n'));
    return;
  }
  const created = await readNewRecipient(invocation, client);
  const changed = await client.patch('/backups/destinations/{id}', {
    path: { id },
    body: {
      recipients: [...recipients.filter((each) => !removed.includes(each)), ...added, ...created],
    },
  });
  invocation.print(changed, () =>
    [
      `Changed, for backups at ${changed.name} from now on; those made before stay as they are.`,
      describeReaders(changed),
      ...(changed.note === null ? [] : [changed.note]),
    ].join('\n'),
  );
}

function readEncryption(invocation: Invocation): Encryption | null {
  const given = findText(invocation, 'encryption');
  const known: readonly Encryption[] = ['AES256', 'aws:kms'];
  const found = known.find((each) => each === given);
  if (given !== undefined && !found) throw usageError(`--encryption is ${known.join(' or ')}.`);
  return found ?? null;
}

const credentialWords: Record<NonNullable<Destination['bucket']>['credentials_state'], string> = {
  set: 'set',
  locked: 'set; the vault is locked',
  lost: 'lost with the key that encrypted them; enter them again: backup destinations credentials NAME',
};

async function showDestination(invocation: Invocation, client: Client, [name]: string[]): Promise<void> {
  const destination = await getDestination(client, name);
  const { id, path, bucket, drive, readable_without_key, recipients, separate, key_copy_note } = destination;
  const { facts } =
    bucket?.credentials_state === 'set'
      ? await client.get('/backups/destinations/{id}/bucket', { path: { id } })
      : { facts: [] };
  invocation.print({ ...destination, facts }, () =>
    formatTable([
      ['Name', destination.name],
      ['Where', path],
      ['Backups', readable_without_key ? 'readable without the key' : 'encrypted'],
      ...recipients.map((recipient) => ['Also decrypted by', recipient]),
      ['Separate', separate ? 'yes' : 'no'],
      ...(key_copy_note === null ? [] : [['Copy of the key', key_copy_note]]),
      ...(drive ? [['Drive', describeDrive(drive)]] : []),
      ...(bucket
        ? [
            ['Endpoint', bucket.endpoint ?? 'Amazon S3'],
            ['Region', bucket.region],
            [
              'Credentials',
              `${credentialWords[bucket.credentials_state]}, ${formatDay(bucket.credentials_set_at)}`,
            ],
          ]
        : []),
      ...facts.map(({ title, text, is_warning }) => [title, is_warning ? `Warning: ${text}` : text]),
    ]),
  );
}

async function replaceCredentials(invocation: Invocation, client: Client, [name]: string[]): Promise<void> {
  const destination = await getDestination(client, name);
  if (destination.kind !== 's3') throw usageError(`${destination.name} is a folder: it has no credentials.`);
  const { accessKeyId, secretAccessKey } = await readCredentials(invocation);
  const changed = await client.patch('/backups/s3-sources/{id}', {
    path: { id: destination.id },
    body: { access_key_id: accessKeyId, secret_key: secretAccessKey },
  });
  invocation.print(
    changed,
    () =>
      `Replaced the credentials of ${changed.name}: a file was written with them, read, listed and deleted.`,
  );
}

async function listDestinations(invocation: Invocation, client: Client): Promise<void> {
  const { destinations } = await client.get('/backups/destinations');
  const { backups } = await client.get('/backups');
  const countAt = (id: number) =>
    backups.filter((backup) => backup.destination_id === id && backup.state === 'confirmed').length;
  invocation.print(destinations, () =>
    destinations.length === 0
      ? 'No backup destinations yet.'
      : formatTable(
          destinations.map((destination) => [
            destination.name,
            destination.path,
            describeAccess(destination),
            describePlace(destination),
            formatCount(countAt(destination.id), 'backup'),
            ...(destination.drive ? [describeDrive(destination.drive)] : []),
          ]),
        ),
  );
}

function describeAccess({ readable_without_key, recipients }: Destination): string {
  if (readable_without_key) return 'readable without the key';
  return recipients.length === 0
    ? 'encrypted'
    : `encrypted, also for ${formatCount(recipients.length, 'recipient')}`;
}

function describePlace({ separate, key_copy_note }: Destination): string {
  const place = separate ? 'separate' : 'not separate';
  return key_copy_note === null ? place : `${place}, with a copy of the key`;
}

async function testDestination(invocation: Invocation, client: Client, [name]: string[]): Promise<void> {
  const { id } = await getDestination(client, name);
  const tested = await client.post('/backups/destinations/{id}/test', { path: { id } });
  invocation.print(tested, () =>
    [
      `${tested.name} works: a file was written to ${tested.path}, read, listed and deleted.`,
      ...(tested.key_copy_note === null ? [] : [tested.key_copy_note]),
    ].join('\n'),
  );
}

async function removeDestination(invocation: Invocation, client: Client, [name]: string[]): Promise<void> {
  const destination = await getDestination(client, name);
  await client.delete('/backups/destinations/{id}', { path: { id: destination.id } });
  invocation.print(
    { removed: destination.name },
    () => `Removed ${destination.name}. Its backups stay in ${destination.path}.`,
  );
}

async function getDestination(client: Client, name: string | undefined): Promise<Destination> {
  if (name === undefined)
    throw usageError('Give the name of a destination; backup destinations list shows them.');
  return findDestination((await client.get('/backups/destinations')).destinations, name);
}

export function findDestination(destinations: readonly Destination[], name: string): Destination {
  const found = destinations.find((destination) => destination.name === name);
  if (!found)
    throw noSuch(
      'backup destination',
      name,
      destinations.map((destination) => destination.name),
    );
  return found;
}
