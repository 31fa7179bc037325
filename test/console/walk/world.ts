import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { addPerson } from '../../people.ts';
import { BUCKET, openS3rver, type TestStore } from '../../s3-stores.ts';
import type { TestConsole } from '../support/console.ts';
import { PASSWORD, signInAs } from '../support/visitors.ts';

/** No space in it, three scripts, two directions, and signs of several code points. */
const WORD = 'Übermäßiglangername👩🏽‍🚀שלוםעולםمرحبابالعالم東京都渋谷区🏳️‍🌈';

/** A name of so many UTF-16 units, which is what a limit counts; never cut within a sign. */
export function makeLong(length: number): string {
  let text = '';
  for (const { segment } of new Intl.Segmenter().segment(WORD.repeat(Math.ceil(length / WORD.length) + 1))) {
    if (text.length + segment.length > length) break;
    text += segment;
  }
  return text.padEnd(length, 'x');
}

/** An instance where everything has a name as long as it may be. */
export interface World {
  long: (length: number) => string;
  slug: string;
  variable: string;
  secret: string;
  environment: string;
  destination: string;
  bucket: string;
  place: string;
  person: string;
  /** Of the project, and not an administrator. */
  member: string;
  /** Below it are the folders of the backups. */
  folder: string;
  /** The key as it was at the end. */
  words: string[];
  personPage: Page;
  unconfirmedPage: Page;
  endPersonsSessions: () => Promise<void>;
  close: () => Promise<void>;
}

const PERSON = 'p@example.org';
const named = (first: string, length: number) => `${first}${makeLong(length - first.length)}`;

export async function seedLongWorld(c: TestConsole, browser: Browser): Promise<World> {
  const { api } = c;
  const folder = mkdtempSync(join(tmpdir(), 'temps-walk-'));
  const variable = `PLAIN_${'VERYLONGNAME'.repeat(40)}`.slice(0, 300);
  const secret = `SECRET_${'VERYLONGNAME'.repeat(40)}`.slice(0, 300);
  const [environment, destination, bucket, place, person, member] = [
    named('Staging', 300),
    named('Disk', 100),
    named('Bucket', 100),
    named('Drawer', 200),
    named('Person', 100),
    named('Member', 100),
  ];
  await api('PUT', '/settings', { instance_name: named('Home', 100) });
  await api('POST', '/shared-variables', { key: variable, value: makeLong(300), is_secret: true });
  const { slug } = await api('POST', '/projects', { name: named('Project', 300) });
  const project = `/projects/${slug}`;
  await api('POST', `${project}/environments`, { name: environment, branch: makeLong(300) });
  await api('POST', `${project}/env-vars`, { key: variable, value: makeLong(300), is_secret: false });
  const kept = await api('POST', `${project}/env-vars`, {
    key: secret,
    value: makeLong(300),
    is_secret: true,
  });
  await api('PUT', `${project}/env-vars/${kept.id}`, { key: secret, value: makeLong(200), is_secret: true });
  await api('GET', `${project}/env-vars/${secret}/value`);
  await api('POST', `${project}/env-vars`, {
    key: `USER_OF_${variable}`.slice(0, 300),
    value: `\${{${variable}}}`,
    is_secret: false,
  });
  // Looks like a secret, and is plain.
  await api('POST', `${project}/env-vars`, {
    key: `UPLOAD_TOKEN_${variable}`.slice(0, 300),
    value: 'upl-7d1f0a',
    is_secret: false,
  });
  await fillTrash(c, slug);

  const owner = async (method: string, path: string, body?: unknown) => ({
    status: 200,
    body: await api(method, path, body),
  });
  await addPerson(owner, { email: PERSON, name: person, password: PASSWORD, role: 'admin' });
  const joined = { email: 'm@example.org', name: member, password: PASSWORD, role: 'member' };
  const { body: added } = await addPerson(owner, joined);
  await api('PUT', `${project}/members/${added.user.id}`, { role: 'editor' });
  await api('POST', '/users/invitations', {
    email: 'i@example.org',
    name: named('Invited', 100),
    role_type: 'user',
  });
  const gone = await api('POST', '/users', {
    email: `${'g'.repeat(60)}@${'long.'.repeat(20)}example.org`,
    name: named('Gone', 100),
    password: PASSWORD,
    roles: ['user'],
  });
  await api('DELETE', `/users/${gone.user?.id ?? gone.id}`);
  await api('POST', '/api-keys', { name: named('Key', 100), role_type: 'user' });
  await api('POST', `${project}/deployment-tokens`, { name: named('Token', 100) });

  const store = await openS3rver();
  await addBackups(c, { folder, destination, bucket, store });
  await rotate(c);
  const words = await makeCopies(c, place);
  const split = await api('POST', '/vault/key/splits', { shares: 3, threshold: 2 });
  for (const number of [1, 2, 3])
    await api('PUT', `/vault/key/splits/${split.split.id}/shares/${number}`, {
      place: named(`Share${number}`, 200),
    });

  const { page: personPage, context } = await signInAs(c, browser, {
    email: PERSON,
    role: 'admin',
    isKnown: true,
  });
  await signInAs(c, browser, { email: PERSON, role: 'admin', isKnown: true });
  const unconfirmed = await openUnconfirmed(c, browser);
  const unconfirmedPage = await unconfirmed.newPage();
  return {
    ...{
      long: makeLong,
      slug,
      variable,
      secret,
      environment,
      destination,
      bucket,
      place,
      person,
      member,
      folder,
      words,
    },
    personPage,
    unconfirmedPage,
    async endPersonsSessions() {
      const users = await api('GET', '/users');
      const { user } = users.find((each: { user: { email: string } }) => each.user.email === PERSON);
      await api('DELETE', `/users/${user.id}`);
    },
    async close() {
      await context.close();
      await unconfirmed.close();
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A browser that came by the owner's link, and was not asked for a password yet. */
async function openUnconfirmed(c: TestConsole, browser: Browser) {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, baseURL: c.served.url });
  const { hash } = new URL(await c.ownerLink(), c.served.url);
  await context.request.post('/api/auth/link', {
    data: { token: new URLSearchParams(hash.slice(1)).get('token') },
  });
  return context;
}

/** A name that is in use by now, and a whole environment. */
async function fillTrash({ api }: TestConsole, slug: string): Promise<void> {
  const project = `/projects/${slug}`;
  const taken = { name: named('Taken', 300) };
  const { id } = await api('POST', `${project}/environments`, taken);
  await api('DELETE', `${project}/environments/${id}`);
  await api('POST', `${project}/environments`, taken);
  const other = await api('POST', '/projects', { name: named('Other', 300) });
  await api('DELETE', `/projects/${other.slug}`);
}

interface Places {
  folder: string;
  destination: string;
  bucket: string;
  store: TestStore;
}

async function addBackups({ api }: TestConsole, { folder, destination, bucket, store }: Places) {
  // As long as a file system lets a name be.
  const path = join(folder, 'd'.repeat(200));
  mkdirSync(path);
  const { id } = await api('POST', '/backups/destinations', { kind: 'folder', name: destination, path });
  await api('POST', '/backups/destinations', {
    kind: 's3',
    name: bucket,
    endpoint: `http://127.0.0.1:${store.port}`,
    bucket: BUCKET,
    prefix: Array(6).fill('a'.repeat(60)).join('/'),
    path_style: true,
    accept_plain_http: true,
    access_key_id: store.credentials.accessKeyId,
    secret_access_key: store.credentials.secretAccessKey,
  });
  await api('POST', `/backups/destinations/${id}/run`);
  const schedule_expression = '0 3 * * *';
  await api('POST', '/backups/schedules', {
    name: named('Nightly', 100),
    s3_source_id: id,
    schedule_expression,
  });
  const retention = { daily: 7, weekly: 4, monthly: 6, yearly: 1 };
  await api('PUT', `/backups/destinations/${id}/retention`, { retention });
}

/** Leaves an old key, and the database as it was before. */
async function rotate({ api }: TestConsole): Promise<void> {
  await api('POST', '/vault/key/rotation', {});
  const { rotation } = await api('GET', '/vault/status');
  await api('POST', '/vault/key/rotation/prove', { override_fingerprint: rotation.new_fingerprint });
  await api('POST', '/vault/key/rotation/seal?wait=true');
}

/** One that counts, and one that was begun. */
async function makeCopies({ api }: TestConsole, place: string): Promise<string[]> {
  const { copy, words, proof } = await api('POST', '/vault/key/copies', { format: 'words', place });
  await api('POST', `/vault/key/copies/${copy.id}/prove`, {
    words: (proof.positions as number[]).map((at) => words[at - 1]),
  });
  await api('POST', '/vault/key/copies', { format: 'text', place: named('Manager', 200) });
  return words;
}
