import { existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PDFDocument } from 'pdf-lib';
import { expect, it } from 'vitest';
import { createShares } from '../../../electron/instance/vault/split/slip39/shares.ts';
import {
  madeSplitShape,
  oneSplitShape,
  shareCheckShape,
  splitsShape,
  typedSharesShape,
} from '../../../electron/instance/vault/split/split-shapes.ts';
import { readQrOfPdf } from '../../read-qr.ts';
import { ADMIN, describeOverDoors, readCookie, readToken, type TestDoor, type Who } from '../harness.ts';

/** The owner at this very door: the socket itself, or a browser that came by a one-time link. */
async function comeAsOwner(door: TestDoor): Promise<Who> {
  if (door.name === 'socket') return {};
  const { path } = (await door.owner('POST', '/links')).body;
  const owner = { cookie: readCookie(await door.request('POST', '/auth/link', { token: readToken(path) })) };
  await door.request('POST', '/auth/confirm', { password: ADMIN.password }, owner);
  return owner;
}

interface Page {
  number: number;
  words: string[];
  qr_text: string;
}

describeOverDoors('a key in shares', (door) => {
  let who: Who;
  /** Every share that was shown in these tests. */
  const shown: string[] = [];
  const call = (method: string, path: string, body?: object) => door().request(method, path, body, who);
  const keyFile = () => join(door().dataDir, 'encryption_key');
  const split = async (shares = 3, threshold = 2) => {
    who ??= await comeAsOwner(door());
    const answer = await call('POST', '/vault/key/splits', { shares, threshold });
    expect(answer.status, answer.text).toBe(201);
    expect(madeSplitShape.parse(answer.body)).toEqual(answer.body);
    const texts = answer.body.pages.map((page: Page) => page.words.join(' ')) as string[];
    shown.push(...texts);
    return { ...answer.body, texts, id: answer.body.split.id } as {
      id: number;
      texts: string[];
      asked: number[];
      pages: Page[];
      split: { message: string };
    };
  };
  const keep = (id: number, number: number, body: object = {}) =>
    call('PUT', `/vault/key/splits/${id}/shares/${number}`, body);
  const keepAll = async ({ id, texts }: { id: number; texts: string[] }) => {
    for (const [at] of texts.entries()) expect((await keep(id, at + 1)).status).toBe(200);
  };
  const verify = (id: number, shares: string[]) => call('POST', `/vault/key/splits/${id}/verify`, { shares });
  const checkOne = async (body: object) => {
    const answer = await call('POST', '/vault/shares/verify', body);
    expect(shareCheckShape.parse(answer.body)).toEqual(answer.body);
    return answer.body;
  };
  const check = async (shares: string[]) => {
    const answer = await call('POST', '/vault/shares/check', { shares });
    expect(typedSharesShape.parse(answer.body)).toEqual(answer.body);
    return answer.body;
  };
  const find = async (id: number) => {
    const { body } = await call('GET', '/vault/key/splits');
    expect(splitsShape.parse(body)).toEqual(body);
    return body.splits.find((each: { id: number }) => each.id === id);
  };
  const drop = async (...ids: number[]) => {
    for (const id of ids) expect((await call('DELETE', `/vault/key/splits/${id}`)).status).toBe(204);
  };

  it('counts as one copy once every share was kept and verified, and not a step earlier', async () => {
    const made = await split();
    const { id, texts, asked } = made;
    const { fingerprint, instance } = (await door().owner('GET', '/vault/status')).body;
    expect(made.split).toMatchObject({ state: 'unfinished', fingerprint, epoch: 1, threshold: 2 });
    expect(made.pages.map(({ number }) => number)).toEqual([1, 2, 3]);
    for (const page of made.pages) {
      expect(page.words).toHaveLength(33);
      expect(page).toMatchObject({
        fingerprint,
        instance_id: instance.id,
        scheme: 'any 2 of 3 shares open the key',
        qr_text: page.words.join(' '),
      });
    }
    expect(asked).toHaveLength(2);
    const reasons = async () =>
      (await door().owner('GET', '/vault/status')).body.health.reasons.map(
        ({ code }: { code: string }) => code,
      );
    await door().owner('POST', '/projects', { name: 'shop' });
    await door().owner('POST', '/projects/shop/env-vars', {
      key: 'TOKEN',
      value: 'to lose',
      is_secret: true,
    });
    expect(await reasons()).toEqual(['no_separate_copy', 'backup_never']);

    await keepAll(made);
    expect(await find(id)).toMatchObject({ state: 'unverified', verified_at: null });
    const given = await verify(
      id,
      asked.map((number) => texts[number - 1] ?? ''),
    );
    expect(oneSplitShape.parse(given.body)).toEqual(given.body);
    const other = [1, 2, 3].find((number) => !asked.includes(number)) ?? 0;
    expect(given.body.split).toMatchObject({
      state: 'unverified',
      message: expect.stringContaining(`share ${other} was never verified`),
    });
    expect(await reasons()).toEqual(['no_separate_copy', 'backup_never']);
    expect(await checkOne({ share: texts[other - 1] })).toMatchObject({
      verdict: 'verified',
      number: other,
      fingerprint,
    });
    expect(await find(id)).toMatchObject({ state: 'counts', verified_at: door().clock.now() });
    expect(await reasons()).toEqual(['backup_never']);
    expect((await door().owner('GET', '/vault/status')).body.proof).toMatchObject({
      place: 'A split key (any 2 of 3 shares)',
      format: null,
      verified_at: door().clock.now(),
    });
    await drop(id);
    expect(await reasons()).toEqual(['no_separate_copy', 'backup_never']);
  });

  it('is made of at least two needed shares, and of no more than sixteen', async () => {
    for (const [shares, threshold, field] of [
      [3, 1, 'threshold'],
      [1, 1, 'threshold'],
      [3, 0, 'threshold'],
      [2, 3, 'threshold'],
      [17, 2, 'shares'],
      [1e9, 2, 'shares'],
    ] as const) {
      const refused = await call('POST', '/vault/key/splits', { shares, threshold });
      expect([refused.status, Object.keys(refused.body.errors)]).toEqual([
        400,
        expect.arrayContaining([field]),
      ]);
    }
    const { id, texts } = await split(16, 16);
    expect(texts).toHaveLength(16);
    expect((await verify(id, texts)).body.split.combined_at).toBe(door().clock.now());
    await drop(id);
  });

  it('is shown to the owner alone, confirmed', async () => {
    const admin = await door().signIn(ADMIN.email, ADMIN.password);
    const { body: key } = await door().owner('POST', '/api-keys', { name: 'all', role_type: 'admin' });
    for (const other of [admin, { token: key.api_key }])
      for (const [method, path, body] of [
        ['POST', '/vault/key/splits', { shares: 3, threshold: 2 }],
        ['PUT', '/vault/key/splits/1/shares/1', {}],
        ['POST', '/vault/shares/verify', { path: '/etc/passwd' }],
      ] as const) {
        const refused = await door().request(method, path, body, other);
        expect([path, refused.status, refused.body.error_code]).toEqual([path, 403, 'owner_only']);
      }
    if (door().name === 'socket') return;
    door().clock.advance(5 * 60_000 + 1);
    const late = await call('POST', '/vault/key/splits', { shares: 3, threshold: 2 });
    expect(late.body.error_code).toBe('confirmation_required');
    who = await comeAsOwner(door());
  });

  it('takes no share of another split, changed, too few or given twice for a proof', async () => {
    const one = await split();
    const two = await split();
    const [a = '', b = ''] = one.texts;
    const foreign = await createShares(Buffer.alloc(32, 7), {
      threshold: 2,
      count: 2,
      // Says it is of this split.
      identifier: 0,
      passphrase: '',
    });
    const words = b.split(' ');
    // Of the last two neighbours that differ: one pair in 1024 is the same word twice.
    const at = words.findLastIndex((word, index) => index < 31 && word !== words[index + 1]);
    const swapped = words
      .with(at, words[at + 1] ?? '')
      .with(at + 1, words[at] ?? '')
      .join(' ');
    for (const [shares, code, problem] of [
      [[a, two.texts[1] ?? ''], 'shares_refused', 'different_identifiers'],
      [[a, swapped], 'share_invalid', 'checksum'],
      [[a, words.slice(1).join(' ')], 'share_invalid', 'length'],
      [[a, `${words.slice(0, 32).join(' ')} zzzzz`], 'share_invalid', 'unknown_words'],
      [[a], 'shares_refused', 'too_few_shares'],
      [[a, a], 'shares_refused', 'too_few_shares'],
      [[], 'shares_refused', 'none'],
      [foreign, 'shares_refused', 'different_identifiers'],
    ] as const) {
      const refused = await verify(one.id, [...shares]);
      expect([refused.body.error_code, refused.body.details.problem]).toEqual([code, problem]);
      for (const text of shown) expect(refused.text).not.toContain(text.slice(-40));
    }
    expect(await find(one.id)).toMatchObject({ combined_at: null });
    await drop(one.id, two.id);
  });

  it('has its shares checked alone: right, of nothing known, no share, and not without the key', async () => {
    const made = await split();
    const [text = ''] = made.texts;
    const [unknown = ''] = await createShares(Buffer.alloc(32, 7), {
      threshold: 2,
      count: 3,
      identifier: 5,
      passphrase: '',
    });
    expect(await checkOne({ share: text })).toMatchObject({ verdict: 'verified', number: 1, share_count: 3 });
    expect(await checkOne({ share: unknown })).toMatchObject({
      verdict: 'unknown_split',
      number: 1,
      threshold: 2,
    });
    expect(await checkOne({ share: 'academic acid' })).toMatchObject({ verdict: 'invalid', number: null });
    await door().owner('POST', '/vault/lock');
    expect(await checkOne({ share: text })).toMatchObject({ verdict: 'not_checkable', number: 1 });
    await door().owner('POST', '/vault/unlock', { method: 'custody' });
    await drop(made.id);
    expect(await checkOne({ share: text })).toMatchObject({ verdict: 'unknown_split' });
  });

  it('writes a page to a place that is named, and counts no share that lies with the database', async () => {
    const made = await split();
    await keepAll(made);
    const folder = join(door().dataDir, 'pages');
    mkdirSync(folder);
    const body = { path: folder, share: made.texts[0] };
    expect((await keep(made.id, 1, body)).body.error_code).toBe('place_not_separate');
    expect(globSync('*', { cwd: folder })).toEqual([]);
    for (const [wrong, code] of [
      [{ ...body, share: made.texts[1] }, 'shares_refused'],
      [{ path: folder }, 'invalid_request'],
      [{ ...body, share: 'academic' }, 'share_invalid'],
    ] as const)
      expect((await keep(made.id, 1, { ...wrong, keep_anyway: true })).body.error_code).toBe(code);
    const kept = await keep(made.id, 1, { ...body, keep_anyway: true });
    expect(kept.status, kept.text).toBe(200);
    const path = kept.body.written_to as string;
    expect(path).toMatch(/temps-key-[0-9A-F-]{19}-share-1\.pdf$/);
    const pdf = await PDFDocument.load(readFileSync(path));
    expect(pdf.getPageCount()).toBe(1);
    expect(pdf.getSubject()).toBe(made.texts[0]);
    expect(await checkOne({ path })).toMatchObject({ verdict: 'verified', number: 1 });

    expect((await verify(made.id, made.texts.slice(1))).status).toBe(200);
    expect(await find(made.id)).toMatchObject({
      state: 'too_near',
      verified_at: null,
      message: expect.stringContaining('only one more'),
    });
    // To say that it is elsewhere does not take the file away.
    await keep(made.id, 1, { place: 'bank' });
    expect(await find(made.id)).toMatchObject({ state: 'too_near' });
    await drop(made.id);
  });

  it('is named where a copy of the key is expected: by its words, code and page', async () => {
    const made = await split(5, 3);
    await keepAll(made);
    const page = made.pages[1] as Page;
    const folder = join(door().dataDir, 'page');
    mkdirSync(folder);
    const kept = await keep(made.id, 2, { path: folder, share: made.texts[1], keep_anyway: true });
    const pdf = readFileSync(kept.body.written_to);
    // What a phone reads of the page is what the page says, and what opens.
    expect(readQrOfPdf(pdf)).toBe(page.qr_text);
    expect(page.qr_text).toBe(made.texts[1]);

    const named = expect.stringMatching(
      /^This copy cannot be used here, because it is share 2 of a split key, any 3 shares of which open the key together: enter it with the others under Shares/,
    );
    const content = pdf.toString('base64');
    const scanned = page.qr_text.toUpperCase();
    for (const handed of [{ text: scanned }, { content_base64: content }, { path: kept.body.written_to }])
      expect((await call('POST', '/vault/key/copies/verify', handed)).body).toMatchObject({
        verdict: 'unusable',
        detail: named,
        problems: [],
      });
    await door().owner('POST', '/vault/lock');
    for (const copy of [
      { method: 'words', words: made.texts[1] },
      { method: 'key', text: scanned },
      { method: 'copy', content_base64: content },
      { method: 'path', path: kept.body.written_to },
    ])
      for (const path of ['/vault/unlock', '/vault/recovery/rescue']) {
        const refused = await call('POST', path, copy);
        expect([path, refused.body.error_code]).toEqual([path, 'copy_unusable']);
        expect(refused.body.detail).toEqual(named);
        expect(refused.text).not.toContain(made.texts[1]?.split(' ').slice(5, 9).join(' '));
      }
    // As scanners give them: in capitals, with line breaks and more spaces than one.
    const [a = '', , c = '', d = ''] = made.texts;
    const shares = [`${a.toUpperCase()}\r\n`, c.replaceAll(' ', '   '), d.replaceAll(' ', '\n')];
    expect(await check(shares)).toMatchObject({ complete: true, numbers: [1, 3, 4] });
    expect((await call('POST', '/vault/unlock', { method: 'shares', shares })).body.state).toBe('running');
    await drop(made.id);
  });

  it('counts no share that was found with the database, wherever it is said to be', async () => {
    const made = await split();
    await keepAll(made);
    expect((await verify(made.id, made.texts)).body.split.state).toBe('counts');
    const path = join(door().dataDir, 'found.txt');
    writeFileSync(path, made.texts[0] ?? '');
    expect(await checkOne({ path })).toMatchObject({ verdict: 'verified', number: 1 });
    rmSync(path);
    await keep(made.id, 1, { place: 'bank' });
    expect(await find(made.id)).toMatchObject({ state: 'too_near', verified_at: null });
    await drop(made.id);
  });

  it('is judged share by share while it is typed on the locked page', async () => {
    const made = await split(4, 3);
    const other = await split();
    const [a = '', b = '', c = ''] = made.texts;
    await door().owner('POST', '/vault/lock');
    expect(await check([''])).toMatchObject({ shares: [{ state: 'empty' }], numbers: [], missing: null });
    const typed = await check([a.split(' ').slice(0, 9).join(' ')]);
    expect(typed.shares).toMatchObject([{ state: 'incomplete', words: 9, problems: [] }]);
    expect((await check(['academic acadmic aci'])).shares).toMatchObject([
      { state: 'wrong', problems: [{ position: 2 }] },
    ]);
    expect(await check([b])).toMatchObject({
      shares: [{ state: 'ok', number: 2, threshold: 3 }],
      numbers: [2],
      missing: 2,
      share_count: 4,
      complete: false,
    });
    expect((await check([b, b, other.texts[0] ?? '', `${b} extra`])).shares).toMatchObject([
      { state: 'ok' },
      { state: 'repeated', message: 'Share 2 is already there.' },
      { state: 'other_split', message: expect.stringContaining('another split than share 2') },
      { state: 'wrong' },
    ]);
    const { fingerprint } = (await door().owner('GET', '/vault/status')).body;
    const whole = await call('POST', '/vault/shares/check', { shares: [c, a, b.toUpperCase()] });
    expect(whole.body).toMatchObject({
      numbers: [1, 2, 3],
      missing: 0,
      complete: true,
      fingerprint,
      matches: 'active',
      epoch: 1,
    });
    for (const text of made.texts) expect(whole.text).not.toContain(text.slice(0, 30));
    const foreign = await createShares(Buffer.alloc(32, 7), {
      threshold: 2,
      count: 2,
      identifier: 5,
      passphrase: '',
    });
    expect(await check(foreign)).toMatchObject({ complete: true, matches: 'unknown', share_count: null });
    await door().owner('POST', '/vault/unlock', { method: 'custody' });
    await drop(made.id, other.id);
  });

  it('opens the vault without its key, which is put back, and only with enough right shares', async () => {
    const made = await split(5, 3);
    const [a = '', b = '', c = '', , e = ''] = made.texts;
    const foreign = await createShares(Buffer.alloc(32, 7), {
      threshold: 2,
      count: 2,
      identifier: 5,
      passphrase: '',
    });
    await door().owner('POST', '/vault/lock');
    const kept = `${keyFile()}.kept`;
    renameSync(keyFile(), kept);
    const unlock = (shares: string[]) => call('POST', '/vault/unlock', { method: 'shares', shares });
    for (const [shares, code] of [
      [[a, b], 'shares_refused'],
      [[a, b, b], 'shares_refused'],
      [[a, b, foreign[0] ?? ''], 'shares_refused'],
      [[a, b, 'academic'], 'share_invalid'],
      [foreign, 'copy_of_other_instance'],
    ] as const) {
      const refused = await unlock([...shares]);
      expect([refused.body.error_code, existsSync(keyFile())]).toEqual([code, false]);
    }
    const opened = await unlock([e, a, c]);
    expect(opened.body, opened.text).toMatchObject({ state: 'running', note: null });
    expect(readFileSync(keyFile(), 'utf8')).toBe(readFileSync(kept, 'utf8'));
    await drop(made.id);
  });

  it('says so when it is of an older key', async () => {
    const made = await split();
    await keepAll(made);
    expect((await verify(made.id, made.texts)).body.split.state).toBe('counts');
    const { rotation } = (await door().owner('POST', '/vault/key/rotation', {})).body;
    await door().owner('POST', '/vault/key/rotation/prove', {
      override_fingerprint: rotation.new_fingerprint,
    });
    await door().owner('POST', '/vault/key/rotation/seal?wait=true');
    expect(await find(made.id)).toMatchObject({
      state: 'old_key',
      epoch: 1,
      verified_at: null,
      message: expect.stringContaining('key version 1'),
    });
    expect((await door().owner('GET', '/vault/status')).body.health.halves.key).toBe('at_risk');
    expect(await checkOne({ share: made.texts[0] })).toMatchObject({ verdict: 'older_key', epoch: 1 });
    await door().owner('POST', '/vault/lock');
    const refused = await call('POST', '/vault/unlock', { method: 'shares', shares: made.texts.slice(0, 2) });
    expect(refused.body.error_code).toBe('copy_of_old_key');
    await door().owner('POST', '/vault/unlock', { method: 'custody' });
  });

  it('is in no file but the one that was asked for, in whole or in part', async () => {
    expect(shown.length).toBeGreaterThan(30);
    const files = globSync('**/*', { cwd: door().dataDir, withFileTypes: true }).filter((each) =>
      each.isFile(),
    );
    const texts = files
      .filter(({ name }) => !name.endsWith('.pdf'))
      .map(({ parentPath, name }) => ({ name, text: readFileSync(join(parentPath, name), 'latin1') }));
    expect(texts.map(({ name }) => name)).toContain('temps.db');
    const { body: audit } = await door().owner('GET', '/audit/logs?limit=500');
    texts.push({ name: 'audit', text: JSON.stringify(audit) });
    const found = texts.filter(({ text }) =>
      // Eight words in a row are 80 bits of a share; its first four only say of which split it is.
      shown.some((share) => text.includes(share.split(' ').slice(6, 14).join(' '))),
    );
    expect(found.map(({ name }) => name)).toEqual([]);
  });
});
