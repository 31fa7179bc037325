import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statfsSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { BLOCK, formatEntry, parseEntry } from '../../../electron/instance/backups/archive/archive-format.ts';
import { askAsOwner, serve } from '../../e2e/terminal.ts';
import { findScratch, listScratch } from '../../folders.ts';
import { ADMIN, openDoor, readToken, type TestDoor, type Who } from '../harness.ts';

type Door = TestDoor & { stop(): Promise<void> };

/** Of a piece here: a file of a test has several. */
const PIECE = 6000;
const BYTES = { 'content-type': 'application/octet-stream' };

let root: string;
/** Where the backup was made. */
let home: Door;
/** The backup as one file. */
let file: Buffer;
let words: string;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'temps-uploads-'));
  home = await openDoor('https');
  await home.owner('POST', '/projects', { name: 'shop' });
  file = await exportFrom(home, 'home');
  const copy = await home.owner('POST', '/vault/key/copies', { format: 'words' });
  words = copy.body.words.join(' ');
});
afterAll(async () => {
  await home.stop();
  rmSync(root, { recursive: true, force: true });
});
afterEach(async () => {
  const { current } = (await home.owner('GET', '/backups/restores')).body;
  if (current) await home.owner('DELETE', `/backups/restores/${current.id}`);
});

async function exportFrom(door: Door, name: string): Promise<Buffer> {
  const folder = mkdtempSync(join(root, 'd-'));
  const added = await door.owner('POST', '/backups/destinations', { kind: 'folder', name, path: folder });
  const made = await door.owner('POST', `/backups/destinations/${added.body.id}/run`);
  const path = join(root, `${name}.tar`);
  const written = await door.owner('POST', `/backups/${made.body.id}/export`, { path });
  if (written.status !== 201) throw new Error(written.text);
  return readFileSync(path);
}

/** The beginning of the file, with a manifest that says something else. */
function withManifest({ unpacked_bytes, ...said }: Record<string, number>): Buffer {
  const entry = parseEntry(file.subarray(0, BLOCK));
  if (entry === null || entry === 'end') throw new Error('There is no header.');
  const manifest = JSON.parse(file.toString('utf8', BLOCK, BLOCK + entry.sizeBytes));
  if (unpacked_bytes !== undefined) manifest.parts[0].unpacked_bytes = unpacked_bytes;
  const bytes = Buffer.from(JSON.stringify({ ...manifest, ...said }));
  return Buffer.concat([formatEntry({ path: entry.path, sizeBytes: bytes.length }, 0), bytes]);
}

/** The owner in a browser, who confirmed. */
async function signInAsOwner(door: Door): Promise<Who> {
  const token = readToken((await door.owner('POST', '/links')).body.path);
  const answer = await door.request('POST', '/auth/link', { token });
  const cookie = [answer.headers['set-cookie']].flat().join('').split(';')[0] ?? '';
  await door.request('POST', '/auth/confirm', { password: ADMIN.password }, { cookie });
  return { cookie };
}

const begin = (door: Door, who: Who, sizeBytes: number, name = 'backup.tar') =>
  door.request('POST', '/backups/restores/uploads', { name, size_bytes: sizeBytes }, who);

const send = (door: Door, who: Who, id: string, offset: number, piece: Buffer) =>
  door.request('PUT', `/backups/restores/uploads/${id}?offset=${offset}`, piece, {
    ...who,
    headers: { ...BYTES, ...who.headers },
  });

async function sendAll(door: Door, who: Who, id: string, bytes = file): Promise<void> {
  for (let at = 0; at < bytes.length; at += PIECE) {
    const sent = await send(door, who, id, at, bytes.subarray(at, at + PIECE));
    if (sent.status !== 200) throw new Error(sent.text);
  }
}

describe('a backup that is uploaded', () => {
  let owner: Who;
  beforeAll(async () => {
    owner = await signInAsOwner(home);
  });

  it('comes in pieces, is restored as any other, and goes once it was checked', async () => {
    expect(file.length).toBeGreaterThan(PIECE);
    const begun = await begin(home, owner, file.length, 'from my laptop.tar');
    expect(begun.status, begun.text).toBe(201);
    const { id } = begun.body;
    expect(begun.body).toEqual({
      id,
      name: 'from my laptop.tar',
      size_bytes: file.length,
      received_bytes: 0,
    });
    await sendAll(home, owner, id);
    const at = findScratch(home.dataDir, 'upload');
    expect(readdirSync(at)).toEqual(['backup.tar']);
    expect(readFileSync(join(at, 'backup.tar')).equals(file)).toBe(true);
    if (process.platform !== 'win32') {
      expect(statSync(at).mode & 0o777).toBe(0o700);
      expect(statSync(join(at, 'backup.tar')).mode & 0o777).toBe(0o600);
    }
    const prepared = await home.request('POST', '/backups/restores', { upload: id }, owner);
    expect(prepared.status, prepared.text).toBe(201);
    expect(prepared.body).toMatchObject({ place: 'from my laptop.tar', values: { lost: 0 } });
    expect(listScratch(home.dataDir)).toEqual(['restore']);
    const again = await home.request('POST', '/backups/restores', { upload: id }, owner);
    expect(again.body).toMatchObject({ error_code: 'not_found' });
  });

  it('is refused by its first bytes where it is no backup as one file, before anything of it is kept', async () => {
    const others: [string, Buffer][] = [
      ['a picture', Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n'), Buffer.alloc(4096, 7)])],
      ['less than a header', file.subarray(0, 100)],
      ['zeros', Buffer.alloc(4096)],
      ['a file that begins with another part', file.subarray(512)],
    ];
    for (const [what, bytes] of others) {
      const { id } = (await begin(home, owner, bytes.length)).body;
      const refused = await send(home, owner, id, 0, bytes);
      expect(refused.body, what).toMatchObject({
        error_code: 'backup_damaged',
        details: { check: 'archive' },
      });
      expect(listScratch(home.dataDir), what).toEqual([]);
      expect((await send(home, owner, id, 0, file.subarray(0, PIECE))).body, what).toMatchObject({
        error_code: 'not_found',
      });
    }
  });

  it('is refused by its manifest alone where it is of another instance, of a newer version, or would not fit', async () => {
    const other = await openDoor('socket');
    try {
      await other.owner('POST', '/projects', { name: 'other' });
      const foreign = await exportFrom(other, 'other');
      const { id } = (await begin(home, owner, foreign.length)).body;
      expect((await send(home, owner, id, 0, foreign.subarray(0, PIECE))).body).toMatchObject({
        error_code: 'backup_of_other_instance',
      });
    } finally {
      await other.stop();
    }
    for (const [said, code] of [
      [{ schema_version: 9999 }, 'backup_newer'],
      [{ unpacked_bytes: 1e15 }, 'disk_full'],
    ] as const) {
      const bytes = withManifest(said);
      const { id } = (await begin(home, owner, bytes.length)).body;
      expect((await send(home, owner, id, 0, bytes)).body, code).toMatchObject({ error_code: code });
    }
    const { blocks, bsize } = statfsSync(home.dataDir);
    expect((await begin(home, owner, blocks * bsize)).body).toMatchObject({ error_code: 'disk_full' });
    expect(listScratch(home.dataDir)).toEqual([]);
  });

  it('takes each piece once and in its place, and no byte more than it was begun with', async () => {
    const { id } = (await begin(home, owner, file.length)).body;
    const codeOf = async (...sent: [offset: number, piece: Buffer]) =>
      (await send(home, owner, id, ...sent)).body.error_code;
    expect(await codeOf(0, file.subarray(0, 600))).toBe('invalid_request');
    // The beginning decides: it is begun again.
    expect(await codeOf(0, file.subarray(0, PIECE))).toBe('not_found');

    const next = (await begin(home, owner, file.length)).body.id;
    const sendTo = (offset: number, piece: Buffer) => send(home, owner, next, offset, piece);
    const first = file.subarray(0, PIECE);
    expect((await sendTo(0, first)).body.received_bytes).toBe(PIECE);
    // Its answer was lost.
    expect((await sendTo(0, first)).body.received_bytes).toBe(PIECE);
    expect((await sendTo(PIECE + 1, first)).body).toMatchObject({
      error_code: 'conflict',
      details: { received_bytes: PIECE },
    });
    expect((await sendTo(PIECE, Buffer.alloc(file.length))).body).toMatchObject({
      error_code: 'invalid_request',
    });
    expect((await sendTo(PIECE, Buffer.alloc(0))).body).toMatchObject({ error_code: 'invalid_request' });
    expect((await sendTo(PIECE, Buffer.alloc(3 * 1024 * 1024))).body).toMatchObject({
      error_code: 'body_too_large',
    });
    const asJson = await home.request('PUT', `/backups/restores/uploads/${next}?offset=${PIECE}`, {}, owner);
    expect(asJson.body).toMatchObject({ error_code: 'unsupported_media_type' });
    // Bytes are for routes that say so.
    const bytes = await home.request('POST', '/backups/restores', first, { ...owner, headers: BYTES });
    expect(bytes.body).toMatchObject({ error_code: 'unsupported_media_type' });
    const early = await home.request('POST', '/backups/restores', { upload: next }, owner);
    expect(early.body).toMatchObject({ error_code: 'conflict', details: { received_bytes: PIECE } });

    // Two at once: one of them is that piece.
    const piece = file.subarray(PIECE, 2 * PIECE);
    const both = await Promise.all([sendTo(PIECE, piece), sendTo(PIECE, piece)]);
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    const stored = readFileSync(join(findScratch(home.dataDir, 'upload'), 'backup.tar'));
    expect(stored.equals(file.subarray(0, 2 * PIECE))).toBe(true);
    await home.request('DELETE', `/backups/restores/uploads/${next}`, undefined, owner);
    expect(listScratch(home.dataDir)).toEqual([]);
  });

  it('goes where it is replaced, damaged, given up, or the instance stops', async () => {
    const first = (await begin(home, owner, file.length)).body.id;
    await sendAll(home, owner, first);
    const second = (await begin(home, owner, file.length)).body.id;
    expect((await home.request('POST', '/backups/restores', { upload: first }, owner)).status).toBe(404);

    const damaged = Buffer.from(file);
    damaged.fill(0xff, file.length - 4096, file.length - 2048);
    await sendAll(home, owner, second, damaged);
    const refused = await home.request('POST', '/backups/restores', { upload: second }, owner);
    expect(refused.body).toMatchObject({ error_code: 'backup_damaged' });
    expect(refused.body.detail).toContain('backup.tar');
    expect(refused.text).not.toContain(home.dataDir);
    expect(listScratch(home.dataDir)).toEqual([]);

    const old = await begin(home, owner, file.length);
    expect(listScratch(home.dataDir)).toEqual(['upload']);
    await home.request('DELETE', `/backups/restores/uploads/${old.body.id}`, undefined, owner);
    expect(listScratch(home.dataDir)).toEqual([]);

    const stopped = await openDoor('socket');
    const { body } = await begin(stopped, {}, file.length);
    expect(body.received_bytes).toBe(0);
    expect(listScratch(stopped.dataDir)).toEqual(['upload']);
    await stopped.instance.stop();
    expect(listScratch(stopped.dataDir)).toEqual([]);
    await stopped.stop();
  });

  it('is gone after a kill, at the next start', async () => {
    const dataDir = mkdtempSync(join(root, 'killed-'));
    const served = await serve(dataDir);
    await askAsOwner(served.socket, 'POST', '/backups/restores/uploads', { name: 'a', size_bytes: 1000 });
    await served.stop('SIGKILL');
    expect(existsSync(join(findScratch(dataDir, 'upload'), 'backup.tar'))).toBe(true);
    const again = await serve(dataDir);
    try {
      expect(existsSync(join(dataDir, 'scratch'))).toBe(false);
    } finally {
      await again.stop();
    }
  });

  it('is for the owner who confirmed alone, and nobody else adds to it', async () => {
    const admin = await home.signIn(ADMIN.email, ADMIN.password);
    await home.request('POST', '/auth/confirm', { password: ADMIN.password }, admin);
    expect((await begin(home, admin, file.length)).body).toMatchObject({ error_code: 'owner_only' });
    expect((await begin(home, {}, file.length)).status).toBe(401);
    const confirmed = await signInAsOwner(home);
    const { id } = (await begin(home, confirmed, file.length)).body;
    expect((await send(home, admin, id, 0, file.subarray(0, PIECE))).body).toMatchObject({
      error_code: 'owner_only',
    });
    expect((await send(home, {}, id, 0, file.subarray(0, PIECE))).status).toBe(401);
    // Of another site's page, with the owner's cookie.
    const elsewhere = { ...confirmed, headers: { origin: 'https://example.org' } };
    expect((await send(home, elsewhere, id, 0, file.subarray(0, PIECE))).body).toMatchObject({
      error_code: 'origin_refused',
    });
    const link = await home.request(
      'PUT',
      `/setup/restores/uploads/${id}?offset=0`,
      file.subarray(0, PIECE),
      {
        headers: { ...BYTES, 'x-set-up-token': 'wrong' },
      },
    );
    expect(link.body).toMatchObject({ error_code: 'already_set_up' });
    expect(statSync(join(findScratch(home.dataDir, 'upload'), 'backup.tar')).size).toBe(0);
    await home.request('DELETE', `/backups/restores/uploads/${id}`, undefined, confirmed);
  });
});

describe('a backup that is uploaded to an instance that nobody uses yet', () => {
  it('takes a set-up link, waits for a copy of the key, and brings everything back', async () => {
    const empty = await openDoor('socket', { isSetUp: false });
    try {
      const token = readToken((await empty.owner('POST', '/links')).body.path);
      const ask = (path: string, body: object) => empty.request('POST', path, body);
      const given = { name: 'backup.tar', size_bytes: file.length };
      expect((await ask('/setup/restores/uploads', { token: 'wrong', ...given })).body).toMatchObject({
        error_code: 'link_invalid',
      });
      expect(listScratch(empty.dataDir)).toEqual([]);
      const { id } = (await ask('/setup/restores/uploads', { token, ...given })).body;
      const put = (offset: number, headers: Record<string, string>) =>
        empty.request(
          'PUT',
          `/setup/restores/uploads/${id}?offset=${offset}`,
          file.subarray(offset, offset + PIECE),
          { headers: { ...BYTES, ...headers } },
        );
      expect((await put(0, { 'x-set-up-token': 'wrong' })).body).toMatchObject({
        error_code: 'link_invalid',
      });
      expect((await put(0, {})).body).toMatchObject({ error_code: 'invalid_request' });
      for (let at = 0; at < file.length; at += PIECE)
        expect((await put(at, { 'x-set-up-token': token })).status).toBe(200);

      expect((await ask('/setup/restores', { token, upload: id })).body).toMatchObject({
        error_code: 'backup_needs_key',
      });
      // It is still here: nothing is sent twice.
      const copy = { method: 'words', words };
      const prepared = await ask('/setup/restores', { token, upload: id, copy });
      expect(prepared.status, prepared.text).toBe(201);
      expect(listScratch(empty.dataDir)).toEqual(['restore']);
      await ask(`/setup/restores/${prepared.body.id}/apply`, { token });
      await expect
        .poll(
          async () => (await empty.owner('GET', `/backups/restores/${prepared.body.id}/outcome`)).body.state,
        )
        .toBe('done');
      expect((await empty.owner('GET', '/projects')).body.projects).toMatchObject([{ name: 'shop' }]);
      expect((await ask(`/setup/restores/uploads/${id}/cancel`, { token })).body).toMatchObject({
        error_code: 'already_set_up',
      });
    } finally {
      await empty.stop();
    }
  });
});
