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
import { bucketNotes, bucketOptions, readBucketPlace, readCredentials } from './bucket-input.ts';
import { describeDrive } from './drive-words.ts';

type Destination = Schemas['BackupDestination'];
type Added = Schemas['AddedBackupDestination'];
type Encryption = NonNullable<NonNullable<Destination['bucket']>['server_side_encryption']>;

const USAGE =
  'backup destinations add folder PATH [--name NAME] [--readable-without-key] [--recipient age1…] | add s3 BUCKET[/PREFIX] [--endpoint URL] [--region REGION] [--path-style] [--encryption AES256|aws:kms] [--plain-http] [--name NAME] [--readable-without-key] [--recipient age1…] | list | show NAME | test NAME | credentials NAME | remove NAME';

export const destinationCommands: Record<string, Command> = {
  'backup destinations': {
    usage: USAGE,
    summary: 'Says where backups go: to folders, or to buckets of S3 stores.',
    notes: `add writes a small file there, reads it, lists it and deletes it. Backups are encrypted for the key of this instance, unless --readable-without-key is given: then anyone who can read the place reads names, e-mail addresses and plain values; secrets stay encrypted. Encrypted backups are lost if every copy of the key is, unless --recipient names others who can decrypt them: recipients of age (age1…), several with commas between or with the option given again. They read names, e-mail addresses and plain values, and no secret. ${bucketNotes} --encryption asks the store to encrypt objects itself too; --plain-http accepts an endpoint without TLS, where others see when backups are made and how large they are. credentials replaces those of a bucket, once they were tried out. remove leaves the backups where they are.`,
    options: {
      name: { type: 'string' },
      'readable-without-key': { type: 'boolean' },
      recipient: { type: 'string', multiple: true },
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
    ].join('\n'),
  );
}

function describeReaders({ readable_without_key, recipients }: Added): string {
  if (readable_without_key)
    return 'Its backups can be read without the key; only secrets in them are encrypted.';
  return recipients.length === 0
    ? 'Its backups are encrypted: without the key, or a copy of it, they are lost.'
    : `Its backups are encrypted: the key decrypts them, or a copy of it, and all but the secrets in them also the identity of ${recipients.join(' or ')}.`;
}

async function addFolder(invocation: Invocation, client: Client, given: string): Promise<Added> {
  const path = resolve(given);
  return await client.post('/backups/destinations', {
    body: { kind: 'folder', path, ...readCommon(invocation, basename(path) || path) },
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
      ...readCommon(invocation, place.bucket),
    },
  });
}

function readCommon(invocation: Invocation, name: string) {
  return {
    name: findText(invocation, 'name') ?? name,
    readable_without_key: invocation.values['readable-without-key'] === true,
    recipients: findTexts(invocation, 'recipient').flatMap((each) => each.split(',')),
  };
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
  const { id, path, bucket, drive, readable_without_key, recipients, separate } = destination;
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
          destinations.map(({ id, name, path, readable_without_key, recipients, separate, drive }) => [
            name,
            path,
            readable_without_key
              ? 'readable without the key'
              : recipients.length === 0
                ? 'encrypted'
                : `encrypted, also for ${formatCount(recipients.length, 'recipient')}`,
            separate ? 'separate' : 'not separate',
            formatCount(countAt(id), 'backup'),
            ...(drive ? [describeDrive(drive)] : []),
          ]),
        ),
  );
}

async function testDestination(invocation: Invocation, client: Client, [name]: string[]): Promise<void> {
  const { id } = await getDestination(client, name);
  const tested = await client.post('/backups/destinations/{id}/test', { path: { id } });
  invocation.print(
    tested,
    () => `${tested.name} works: a file was written to ${tested.path}, read, listed and deleted.`,
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
    throw new CommandError(
      'not_found',
      `There is no backup destination ${name}; backup destinations list shows them.`,
    );
  return found;
}
