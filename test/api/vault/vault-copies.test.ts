import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import {
  checkedPathShape,
  copyProgressShape,
  madeCopyShape,
  verificationShape,
} from '../../../electron/instance/vault/copies/copy-shapes.ts';
import { formatWords } from '../../../electron/instance/vault/copies/words.ts';
import { type MasterKey, parseKeyText } from '../../../electron/instance/vault/sealing/master-key.ts';
import { addPerson } from '../../people.ts';
import {
  ADMIN,
  describeOverDoors,
  readCookie,
  readToken,
  type TestAnswer,
  type TestDoor,
  type Who,
} from '../harness.ts';

const PASSPHRASE = 'brisk lantern under seven quiet boats';

/** The owner at this very door: the socket itself, or a browser that came by a one-time link. */
async function comeAsOwner(door: TestDoor): Promise<Who> {
  if (door.name === 'socket') return {};
  const { path } = (await door.owner('POST', '/links')).body;
  const owner = { cookie: readCookie(await door.request('POST', '/auth/link', { token: readToken(path) })) };
  await door.request('POST', '/auth/confirm', { password: ADMIN.password }, owner);
  return owner;
}

describeOverDoors('a copy that is handed out', (door) => {
  const readKey = () => readFileSync(join(door().dataDir, 'encryption_key'), 'utf8').trim();
  const readWords = () => formatWords(parseKeyText(readKey()) as MasterKey).split(' ');
  const make = async (body: object, who: Who) => {
    const answer = await door().request('POST', '/vault/key/copies', body, who);
    if (answer.status === 201) expect(madeCopyShape.parse(answer.body)).toEqual(answer.body);
    return answer;
  };
  const prove = (id: number, body: object, who: Who) =>
    door().request('POST', `/vault/key/copies/${id}/prove`, body, who);
  const verify = async (body: object, who: Who) => {
    const answer = await door().request('POST', '/vault/key/copies/verify', body, who);
    expect(verificationShape.parse(answer.body)).toEqual(answer.body);
    return answer.body;
  };

  it('as words comes as words', async () => {
    const owner = await comeAsOwner(door());
    const { body } = await make({ format: 'words', place: 'desk drawer' }, owner);
    expect(body.words).toEqual(readWords());
    for (const word of body.words) expect(body.content).toContain(word);
    expect(body).toMatchObject({ content_base64: null, kit: null, proof: { needed: 'words' } });
  });

  it('to a path is looked at before there is a passphrase, by the owner alone, and nothing is written', async () => {
    const owner = await comeAsOwner(door());
    const check = (path: string, who: Who = owner) =>
      door().request('POST', '/vault/key/copies/check-path', { format: 'age', path }, who);
    const folder = mkdtempSync(join(tmpdir(), 'temps-paths-'));
    try {
      const free = await check(folder);
      expect(checkedPathShape.parse(free.body)).toEqual(free.body);
      expect(free.body.path).toMatch(/temps-key-.*\.age$/);
      expect(readdirSync(folder)).toEqual([]);
      expect((await check(door().dataDir)).body).toMatchObject({ separate: false });
      writeFileSync(join(folder, 'taken.age'), 'x');
      const refused: [string, string][] = [
        ['keys/mine.age', 'place_unusable'],
        [join(folder, 'none', 'key.age'), 'place_unusable'],
        [join(folder, 'taken.age'), 'place_occupied'],
      ];
      for (const [path, code] of refused) {
        expect([path, (await check(path)).body.error_code]).toEqual([path, code]);
        // As writing it would say, whatever is confirmed.
        const made = await make({ format: 'age', path, passphrase: PASSPHRASE, keep_anyway: true }, owner);
        expect([path, made.body.error_code]).toEqual([path, code]);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
    const admin = await door().signIn(ADMIN.email, ADMIN.password);
    expect((await check('/tmp', admin)).body.error_code).toBe('owner_only');
  });

  it('as a paper kit comes as a PDF and as what is on its page, which both hold the key', async () => {
    const owner = await comeAsOwner(door());
    const { body } = await make({ format: 'pdf' }, owner);
    const { instance, fingerprint } = (await door().owner('GET', '/vault/status')).body;
    expect(body.kit).toMatchObject({
      instance_name: instance.name,
      instance_id: instance.id,
      fingerprint,
      epoch: 1,
      date: new Date(door().clock.now()).toISOString().slice(0, 10),
      key_text: readKey(),
      words: readWords(),
    });
    // The second half, and what opens it: the same identity that the command gives, and no key.
    const identity = (await door().owner('POST', '/backups/identity')).body;
    expect(body.kit.backups).toMatchObject({
      identity: identity.identity,
      places: [],
      where: expect.stringContaining('not said yet where backups go'),
      opens: expect.stringContaining('no secret in them'),
    });
    expect([body.kit.steps.length, body.kit.opens.length, body.kit.not_contains.length]).toEqual([3, 1, 1]);
    expect(body.copy).toMatchObject({ format: 'pdf', place: 'on paper', verified_at: null });
    expect(body).toMatchObject({ content: null, words: null, written_to: null });
    expect(await verify({ text: body.kit.qr_text }, owner)).toMatchObject({
      verdict: 'opens_this_instance',
      proven_ids: [],
    });
    const given = await verify({ content_base64: body.content_base64 }, owner);
    expect(given).toMatchObject({ verdict: 'opens_this_instance', proven_ids: [body.copy.id] });
    const words = body.proof.positions.map((at: number) => readWords()[at - 1]);
    expect((await prove(body.copy.id, { words }, owner)).body.copy.verified_at).toBe(door().clock.now());
  });

  it('in the open is the owner’s alone, confirmed, whatever an administrator asks for', async () => {
    const { copies } = (await door().owner('GET', '/vault/key/copies')).body;
    const admin = await door().signIn(ADMIN.email, ADMIN.password);
    for (const format of ['pdf', 'words', 'text', 'plain', 'csv', 'bitwarden']) {
      const request = { format, unprotected_confirmed: true, passphrase: PASSPHRASE };
      const refused = await make(request, admin);
      expect([format, refused.status, refused.body.error_code]).toEqual([format, 403, 'owner_only']);
      expect(refused.text).not.toContain(readKey());
    }
    expect((await make({ format: 'age', path: '/tmp/x', passphrase: PASSPHRASE }, admin)).status).toBe(403);
    const { body } = await door().owner('POST', '/api-keys', { name: 'all', role_type: 'admin' });
    for (const format of ['pdf', 'age', 'kdbx'])
      expect((await make({ format, passphrase: PASSPHRASE }, { token: body.api_key })).status).toBe(403);
    expect((await door().owner('GET', '/vault/key/copies')).body.copies).toEqual(copies);
    expect((await make({ format: 'age', passphrase: PASSPHRASE }, admin)).body.words).toBeNull();
  });

  it('in a KeePass file tells how far its making and reading is, to whom may read the vault, until it ends', async () => {
    const owner = await comeAsOwner(door());
    const path = '/vault/key/copies/progress';
    const asked: Promise<TestAnswer>[] = [];
    const stop = door().instance.events.on('copying', () => asked.push(door().owner('GET', path)));
    const file = join(door().dataDir, '..', `temps-progress-${process.pid}-${door().name}.kdbx`);
    const follow = async (send: Promise<TestAnswer>) => {
      const answer = await send;
      const told = (await Promise.all(asked.splice(0))).map(({ body, text }) => {
        expect(copyProgressShape.parse(body)).toEqual(body);
        expect(text).not.toMatch(/brisk|lantern|temps-progress|kdbx/);
        expect(text).not.toContain(readKey());
        return body.under_way;
      });
      expect((await door().owner('GET', path)).body).toEqual({ under_way: [] });
      return { answer, told };
    };
    const stagesOf = (told: { id: string; stage: string; percent: number }[][], id: string) => {
      const seen = told.flat().map(({ stage, percent }) => `${stage} ${String(percent).padStart(3, '0')}`);
      expect(seen).toEqual([...seen].sort());
      expect(new Set(told.flat().map((each) => each.id))).toEqual(new Set([id]));
      return [...new Set(told.flat().map(({ stage }) => stage))];
    };
    try {
      const wanted = { format: 'kdbx', path: file, keep_anyway: true, passphrase: PASSPHRASE };
      const made = await follow(make({ ...wanted, progress_id: 'one' }, owner));
      expect(made.answer.status).toBe(201);
      expect(stagesOf(made.told, 'one')).toEqual(['creating', 'reading']);

      const wrong = { path: file, passphrase: 'not the one', progress_id: 'two' };
      const refused = await follow(prove(made.answer.body.copy.id, wrong, owner));
      expect(refused.answer.body.error_code).toBe('passphrase_wrong');
      expect(stagesOf(refused.told, 'two')).toEqual(['reading']);

      // Who gave no name is not listed, and a name is no place for anything else.
      const unnamed = await follow(
        door().request('POST', '/vault/key/copies/verify', { path: file, passphrase: PASSPHRASE }, owner),
      );
      expect(unnamed).toMatchObject({ answer: { body: { verdict: 'opens_this_instance' } }, told: [] });
      for (const name of ['', 'two words', 'a'.repeat(65)])
        expect((await make({ ...wanted, progress_id: name }, owner)).status).toBe(400);
      expect((await door().request('GET', path, undefined, door().wrongSession)).status).toBe(401);
    } finally {
      stop();
      rmSync(file, { force: true });
    }
  });

  it('asks who it is again after five minutes', async () => {
    const owner = await comeAsOwner(door());
    const admin = await door().signIn(ADMIN.email, ADMIN.password);
    door().clock.advance(5 * 60_000 + 1);
    // The socket proves the account at every call.
    const expected = door().name === 'socket' ? 201 : 403;
    for (const format of ['pdf', 'words', 'text'])
      expect((await make({ format }, owner)).status).toBe(expected);
    const late = await make({ format: 'age', passphrase: PASSPHRASE }, admin);
    expect(late.body.error_code).toBe('confirmation_required');
  });

  it('protected by a passphrase is proven by itself alone', async () => {
    const owner = await comeAsOwner(door());
    const { body } = await make({ format: 'age', passphrase: PASSPHRASE }, owner);
    const { id } = body.copy;
    const words = readWords();
    const refusals = [
      await prove(id, { words: words.slice(0, 3) }, owner),
      await prove(id, { words: words.slice(0, 3) }, owner),
      await prove(id, { text: words.join(' ') }, owner),
      await prove(id, { text: readKey() }, owner),
    ];
    expect(refusals.map((answer) => answer.body.error_code)).toEqual(Array(4).fill('copy_not_proven'));
    const given = { content_base64: body.content_base64, passphrase: PASSPHRASE };
    expect((await prove(id, given, owner)).status).toBe(200);
  });

  it('proves none of several when which of them was typed cannot be told', async () => {
    const owner = await comeAsOwner(door());
    const known = (await door().owner('GET', '/vault/key/copies')).body.copies;
    for (const { id } of known) await door().owner('DELETE', `/vault/key/copies/${id}`);
    const first = (await make({ format: 'words', place: 'desk drawer' }, owner)).body.copy;
    const text = readWords().join(' ');
    expect(await verify({ text }, owner)).toMatchObject({
      proven_ids: [first.id],
      worth_words: 'It counts.',
    });
    door().clock.advance(60_000);
    await make({ format: 'words', place: 'safe' }, await comeAsOwner(door()));
    expect(await verify({ text }, owner)).toMatchObject({
      verdict: 'opens_this_instance',
      proven_ids: [],
      worth_words: expect.stringMatching(/^No copy on the list counts for it/),
    });
    const { copies } = (await door().owner('GET', '/vault/key/copies')).body;
    expect(copies.map((copy: { verified_at: number | null }) => copy.verified_at)).toEqual([
      null,
      door().clock.now() - 60_000,
    ]);
  });

  it('as a file that is posted back is proven, and not taken for separate', async () => {
    const owner = await comeAsOwner(door());
    const known = (await door().owner('GET', '/vault/key/copies')).body.copies;
    for (const { id } of known) await door().owner('DELETE', `/vault/key/copies/${id}`);
    await door().owner('POST', '/projects', { name: 'shop' });
    await door().owner('POST', '/projects/shop/env-vars', { key: 'T', value: 'x', is_secret: true });
    const level = async () => (await door().owner('GET', '/vault/key')).body.health.halves.key;
    expect(await level()).toBe('at_risk');

    const age = (await make({ format: 'age', passphrase: PASSPHRASE, place: 'a USB stick' }, owner)).body;
    expect(age.copy).toMatchObject({ separate: false, not_separate: age.not_separate, worth: 'unfinished' });
    const finished = await door().request('POST', `/vault/key/copies/${age.copy.id}/finish`, {}, owner);
    expect(finished.body.copy).toMatchObject({ finished: true, worth: 'unverified' });
    expect(age.not_separate).toMatch(/same disk as the database/);
    const given = { content_base64: age.content_base64, passphrase: PASSPHRASE };
    const proven = (await prove(age.copy.id, given, owner)).body.copy;
    expect(proven).toMatchObject({ separate: false, verified_at: door().clock.now(), worth: 'not_separate' });
    expect(await verify(given, owner)).toMatchObject({
      proven_ids: [age.copy.id],
      worth_words: proven.worth_words,
    });
    expect(proven.worth_words).toMatch(/^It does not count/);
    expect(await level()).toBe('at_risk');
    expect((await door().owner('GET', '/vault/status')).body.proof.verified_at).toBeNull();

    for (const format of ['pdf', 'text']) {
      const { copy, content_base64, content } = (await make({ format }, owner)).body;
      const bytes = content_base64 ?? Buffer.from(content).toString('base64');
      const back = await prove(copy.id, { content_base64: bytes }, owner);
      expect(back.body.copy).toMatchObject({ format, separate: false, verified_at: door().clock.now() });
    }
    expect(await level()).toBe('at_risk');
  });

  it('is downloaded, read back, and counts by the word of who says where it lies, marked as such', async () => {
    const admin = await door().signIn(ADMIN.email, ADMIN.password);
    const known = (await door().owner('GET', '/vault/key/copies')).body.copies;
    for (const { id } of known) await door().owner('DELETE', `/vault/key/copies/${id}`);
    const level = async () => (await door().owner('GET', '/vault/key')).body.health.halves.key;
    await door().owner('POST', '/projects', { name: 'told' });
    await door().owner('POST', '/projects/told/env-vars', { key: 'T', value: 'x', is_secret: true });
    const { copy, content_base64, not_separate } = (
      await make({ format: 'age', passphrase: PASSPHRASE }, admin)
    ).body;
    expect(not_separate).toMatch(/says where it lies/);
    const word = { kept_at: 'the stick in the kitchen', kept_on: 'drive' };
    const file = { content_base64, passphrase: PASSPHRASE };
    const stays = async () =>
      expect((await door().owner('GET', '/vault/key/copies')).body.copies).toContainEqual(
        expect.objectContaining({ id: copy.id, separate: false, by_word: false, verified_at: null }),
      );

    // The word alone, with something else than the file, or with another file.
    const words = readWords();
    const other = (await make({ format: 'kdbx', passphrase: PASSPHRASE }, admin)).body;
    for (const [body, code] of [
      [word, 'invalid_request'],
      [{ ...word, words: words.slice(0, 3) }, 'invalid_request'],
      [{ ...word, text: words.join(' ') }, 'invalid_request'],
      [{ ...word, text: readKey() }, 'invalid_request'],
      [{ ...word, content_base64: Buffer.from(readKey()).toString('base64') }, 'copy_not_proven'],
      [{ ...word, content_base64: other.content_base64, passphrase: PASSPHRASE }, 'copy_not_proven'],
      [{ ...word, content_base64: 'AAAA' }, 'copy_damaged'],
      [{ ...word, content_base64 }, 'passphrase_required'],
      [{ ...word, ...file, passphrase: 'another passphrase' }, 'passphrase_wrong'],
      [{ ...file, kept_at: word.kept_at }, 'invalid_request'],
      ...[
        '/mnt/usb/key.age',
        ' /mnt',
        'E:\\key.age',
        'e:/key.age',
        '\\\\nas\\keys',
        './key.age',
        '../key.age',
        '~/key.age',
      ].map((path) => [{ ...file, ...word, kept_at: path }, 'invalid_request'] as const),
      [{ ...file, ...word, kept_at: ' ' }, 'invalid_request'],
      [{ ...file, ...word, kept_on: 'the disk of the database' }, 'invalid_request'],
      // This door is on the machine of the instance.
      [{ ...file, ...word, kept_on: 'other_device' }, 'invalid_request'],
    ] as const) {
      const refused = await prove(copy.id, body, admin);
      expect([body, refused.body.error_code]).toEqual([body, code]);
      await stays();
    }
    const reader = { email: 'reader@example.org', name: 'R', password: 'a password for reading' };
    await addPerson(door().owner, { ...reader, role: 'reader' });
    const may = await door().signIn(reader.email, reader.password);
    // A program has no eyes for it, whatever it may.
    const made = await door().owner('POST', '/api-keys', { name: 'vault', role_type: 'admin' });
    for (const who of [may, { token: made.body.api_key as string }]) {
      const refused = await prove(copy.id, { ...file, ...word }, who);
      expect([refused.status, refused.body.error_code]).toEqual([403, 'forbidden']);
    }
    await stays();
    expect(await level()).toBe('at_risk');

    const counted = (await prove(copy.id, { ...file, ...word }, admin)).body.copy;
    expect(counted).toMatchObject({
      ...{ place: word.kept_at, separate: true, by_word: true, worth: 'counts' },
      worth_words: 'It counts. Where it lies was said by whoever verified it, and not seen.',
    });
    expect(await level()).not.toBe('at_risk');
    // It is promised as what it is, and what was not left to a word comes before it, however old that is.
    const promise = async () => (await door().owner('GET', '/vault/key')).body.health.recovery.sentence;
    expect(await promise()).toContain(`“${word.kept_at}” (as was said; nobody saw that it is there)`);
    const owner = await comeAsOwner(door());
    const pasted = (await make({ format: 'text', place: 'the safe' }, owner)).body;
    await prove(pasted.copy.id, { text: pasted.content }, owner);
    door().clock.advance(1000);
    expect((await prove(copy.id, { ...file, ...word }, admin)).status).toBe(200);
    expect(await promise()).toMatch(/“the safe”[^(]*$/);
    await door().owner('DELETE', `/vault/key/copies/${pasted.copy.id}`);
    const { entries = [], ...log } = (await door().owner('GET', '/audit/logs')).body;
    expect(JSON.stringify([entries, log])).toContain(word.kept_at);

    // Read back without a word it is not renewed; from a path of this machine it is what was seen there.
    door().clock.advance(1000);
    expect((await prove(copy.id, file, admin)).body.error_code).toBe('copy_not_proven');
    const path = join(door().dataDir, 'told.age');
    writeFileSync(path, Buffer.from(content_base64, 'base64'));
    const seen = await prove(copy.id, { path, passphrase: PASSPHRASE }, await comeAsOwner(door()));
    expect(seen.body.copy).toMatchObject({ separate: false, by_word: false, worth: 'not_separate' });
    expect(await level()).toBe('at_risk');
    rmSync(path);
  });

  it('as an entry for a password manager is downloaded, and counts once it is pasted back', async () => {
    for (const format of ['bitwarden', 'csv']) {
      const owner = await comeAsOwner(door());
      const known = (await door().owner('GET', '/vault/key/copies')).body.copies;
      for (const { id } of known) await door().owner('DELETE', `/vault/key/copies/${id}`);
      const made = (await make({ format }, owner)).body;
      expect(made).toMatchObject({
        written_to: null,
        proof: { needed: 'paste' },
        copy: { worth: 'unfinished' },
      });
      const { content_base64 } = made;
      const file = await prove(made.copy.id, { content_base64 }, owner);
      expect(file.body.copy).toMatchObject({ format, separate: false, worth: 'not_separate' });
      const told = { content_base64, kept_at: 'the safe', kept_on: 'drive' };
      expect((await prove(made.copy.id, told, owner)).body.error_code).toBe('copy_not_proven');
      expect((await prove(made.copy.id, { text: readWords().join(' ') }, owner)).body.copy).toMatchObject({
        worth: 'counts',
      });
    }
  });

  it('read back from a path is where that is, whatever it was called', async () => {
    const owner = await comeAsOwner(door());
    const { copy, content_base64 } = (await make({ format: 'age', passphrase: PASSPHRASE }, owner)).body;
    const path = join(door().dataDir, 'downloaded.age');
    writeFileSync(path, Buffer.from(content_base64, 'base64'));
    const { body } = await prove(copy.id, { path, passphrase: PASSPHRASE }, owner);
    expect(body.copy).toMatchObject({ place: path, separate: false, verified_at: door().clock.now() });

    const text = (await make({ format: 'text', place: path }, owner)).body;
    writeFileSync(path, text.content);
    expect(await verify({ path }, owner)).toMatchObject({ proven_ids: [text.copy.id] });
    const { copies } = (await door().owner('GET', '/vault/key/copies')).body;
    expect(copies.find((known: { id: number }) => known.id === text.copy.id)).toMatchObject({
      separate: false,
      not_separate: `${path} was not separate from the database when it was verified.`,
    });
    rmSync(path);
  });

  it('and was proven on paper is neither proven again nor made less by a file', async () => {
    const owner = await comeAsOwner(door());
    const { copy, proof, content_base64 } = (await make({ format: 'pdf' }, owner)).body;
    const words = proof.positions.map((at: number) => readWords()[at - 1]);
    const then = door().clock.now();
    expect((await prove(copy.id, { words }, owner)).body.copy).toMatchObject({ separate: true });
    door().clock.advance(1000);
    const file = { content_base64 };
    expect((await prove(copy.id, file, owner)).body.error_code).toBe('copy_not_proven');
    await verify(file, owner);
    const { copies } = (await door().owner('GET', '/vault/key/copies')).body;
    expect(copies.find((known: { id: number }) => known.id === copy.id)).toMatchObject({
      separate: true,
      verified_at: then,
    });
  });
});
