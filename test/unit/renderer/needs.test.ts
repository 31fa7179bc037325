import { describe, expect, it } from 'vitest';
import { judgeKeyCopy } from '../../../electron/instance/vault/copies/copy-verdict.ts';
import { listNeeds, type NeedFacts } from '../../../renderer/home/needs.ts';
import type { KeyCopy } from '../../../renderer/key/copy/copy-formats.ts';
import type { KeySplit } from '../../../renderer/key/key-queries.ts';
import type { DoctorReport } from '../../../renderer/secrets/secrets-queries.ts';
import type { VaultStatus } from '../../../renderer/vault-state/vault.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const now = new Date(2026, 5, 15, 12).getTime();

/** A vault that needs nothing. */
const calm = {
  state: 'running',
  fingerprint: '4F2A-91C0-77DE-1B3A',
  health: { level: 'ok', attention: false, reasons: [] },
  custody: { name: 'file', label: 'File', place: '/data/encryption_key' },
  database: { state: 'ok', detail: null },
  rotation: null,
  said: [],
} as unknown as VaultStatus;
const reason = (code: string, level: string, snoozed_until: number | null = null) =>
  ({ code, level, message: `about ${code}`, snoozed_until }) as VaultStatus['health']['reasons'][number];
const health = (level: string, ...reasons: VaultStatus['health']['reasons']) =>
  ({ level, attention: true, reasons }) as unknown as VaultStatus['health'];
const copy = (id: number, ageDays: number | null, isSeparate = true) =>
  ({
    id,
    format: 'words',
    place: `drawer ${id}`,
    separate: isSeparate,
    made_at: now - 200 * DAY_MS,
    finished: true,
    verified_at: ageDays === null ? null : now - ageDays * DAY_MS,
    worth: judgeKeyCopy(
      {
        isOfKeyInUse: true,
        verifiedAt: ageDays === null ? null : now - ageDays * DAY_MS,
        separate: isSeparate,
        finished: true,
      },
      now,
    ),
    worth_words: 'what it is worth',
  }) as KeyCopy;
const needs = (vault: Partial<VaultStatus> = {}, facts: Partial<NeedFacts> = {}) =>
  listNeeds({
    plain: undefined,
    vault: { ...calm, ...vault },
    copies: [],
    splits: [],
    lost: 0,
    report: undefined,
    unusual: [],
    ending: undefined,
    keychain: null,
    authorityChangesAt: null,
    nowMs: now,
    ...facts,
  });
const ids = (...given: Parameters<typeof needs>) => needs(...given).map(({ id }) => id);

describe('what needs someone', () => {
  it('is nothing where all is well', () => {
    expect(needs()).toEqual([]);
    expect(needs({}, { copies: [copy(1, 3)], report: { failures: [] } as unknown as DoctorReport })).toEqual(
      [],
    );
  });

  it('is what keeps a backup from bringing everything back, which can be put off', () => {
    const never = reason('backup_never', 'at_risk');
    expect(needs({ health: health('at_risk', never) })).toMatchObject([
      {
        sign: { verdict: 'risk' },
        title: 'No backup yet',
        button: { label: 'Backups', to: '/backups' },
        snooze: 'backup_never',
      },
    ]);
    // Without any place for one it is the question of the first run, which leads to its answer.
    const nowhere = health('at_risk', never);
    const recovery = { ...nowhere.recovery, has_destinations: false } as typeof nowhere.recovery;
    expect(needs({ health: { ...nowhere, recovery } })).toMatchObject([
      {
        title: 'And where does the database go?',
        button: { label: 'Choose a place', to: '/first-run/database' },
        snooze: 'backup_never',
      },
    ]);
    // Two destinations with one reason are two things.
    const gone = (message: string) => ({ ...reason('backup_gone', 'at_risk'), message });
    const two = needs({ health: health('at_risk', gone('here'), gone('there')) });
    expect(new Set(two.map(({ id }) => id)).size).toBe(2);
  });

  it('is one copy that was never verified, and several at once', () => {
    expect(needs({}, { copies: [copy(1, null)] })).toMatchObject([
      { title: '24 words, drawer 1', button: { to: '/key/verify', hash: 'copy-1' } },
    ]);
    const nine = Array.from({ length: 9 }, (_, at) => copy(at, null));
    expect(needs({}, { copies: nine })).toMatchObject([
      { title: '9 copies never verified', button: { to: '/key' } },
    ]);
    const [begun] = needs({}, { copies: [{ ...copy(1, null), finished: false }] });
    expect(begun).toMatchObject({ title: '1 copy never verified', button: { to: '/key' } });
  });

  it.each([
    ['full', 'Writing has stopped: the disk is full'],
    ['read_only', 'Writing has stopped: the disk is read only'],
    ['failing', 'Writing has stopped: the disk failed'],
    ['taken', 'Another process took this data directory'],
    ['gone', 'The database is gone'],
    ['damaged', 'The database is damaged'],
  ] as const)('is a database that is %s', (state, title) => {
    expect(needs({ database: { state, detail: 'why' } })).toMatchObject([{ title, text: 'why' }]);
  });

  it('is a certificate authority that takes over within a month, and none later', () => {
    expect(ids({}, { authorityChangesAt: now + 29 * DAY_MS })).toEqual(['authority']);
    expect(ids({}, { authorityChangesAt: now + 60 * DAY_MS })).toEqual([]);
  });

  it('is what ends, with its place and a link that finds it, and a number for the rest', () => {
    const ending = (key: string, days: number, level: 'over' | 'soon' | 'due', isShared = false) => ({
      id: days,
      key,
      project: isShared ? null : { id: 1, name: 'Photos', slug: 'photos' },
      environments: isShared ? [] : ['production', 'staging'],
      is_secret: true,
      expires_at: now + days * DAY_MS,
      expires_from: 'by_hand' as const,
      found_expires_at: null,
      found_expires_from: null,
      level,
    });
    const two = [ending('OLD', -3, 'over'), ending('SMTP', 5, 'soon', true)];
    expect(needs({}, { ending: { variables: two, has_more: false } })).toMatchObject([
      {
        title: 'OLD ended 3 days ago',
        text: expect.stringMatching(/^Photos, production, staging: /),
        sign: { verdict: 'broken' },
        button: { to: '/projects/photos', search: { search: 'OLD' } },
      },
      {
        title: 'SMTP ends in 5 days',
        sign: { verdict: 'risk' },
        button: { to: '/shared', search: { search: 'SMTP' } },
      },
    ]);
    const many = Array.from({ length: 7 }, (_, at) => ending(`V${at}`, 10 + at, 'due'));
    const listed = needs({}, { ending: { variables: many, has_more: false } });
    expect(listed).toHaveLength(6);
    expect(listed[5]).toMatchObject({
      title: '2 more variables end soon, or ended',
      button: { to: '/projects' },
    });
    expect(ids({}, { ending: { variables: [], has_more: false } })).toEqual([]);
  });

  it('comes the worst first', () => {
    expect(
      ids(
        {
          database: { state: 'damaged', detail: 'temps.db is damaged' },
          health: health('at_risk', reason('no_separate_copy', 'at_risk')),
          rotation: { state: 'staged' } as VaultStatus['rotation'],
          said: ['temps.db is damaged', 'a file was readable by others'],
        },
        { lost: 2, copies: [copy(1, null)], keychain: 'GNOME Keyring' },
      ),
    ).toEqual([
      'damage',
      'no_separate_copy about no_separate_copy',
      'lost',
      'rotation',
      'unread',
      'note a file was readable by others',
      'keychain',
    ]);
  });

  it('leaves out reasons that were put off, and being locked, which is said elsewhere', () => {
    const reasons = [
      reason('locked', 'broken'),
      reason('no_separate_copy', 'at_risk', now + DAY_MS),
      reason('custody_disagrees', 'broken'),
    ];
    const listed = needs({ health: health('broken', ...reasons) });
    expect(listed).toMatchObject([{ title: 'Another key was found', sign: { verdict: 'broken' } }]);
    // What is broken cannot be put off.
    expect(listed[0]).not.toHaveProperty('snooze');
    expect(needs({ health: health('due', reason('proof_due', 'due')) })).toMatchObject([
      { sign: { verdict: 'due' }, snooze: 'proof_due', button: { to: '/key/verify' } },
    ]);
  });

  it('names values that do not open, while the vault is open', () => {
    const failure = (reasonOf: string, title?: string) =>
      ({
        reason: reasonOf,
        owner: title === undefined ? null : { title, is_earlier: title.includes('version') },
      }) as DoctorReport['failures'][number];
    const report = {
      failures: [failure('damaged', 'API_TOKEN of shop'), failure('damaged'), failure('key_lost')],
    } as unknown as DoctorReport;
    const [need] = needs({}, { report });
    expect(need).toMatchObject({ id: 'damaged', button: { to: '/secrets' } });
    expect(need?.title).toBe('2 secrets cannot be decrypted');
    expect(need?.text).toMatch(/^API_TOKEN of shop, and others/);
    expect(ids({ state: 'locked' }, { report })).toEqual([]);
    const withVersions = { failures: [...report.failures, failure('damaged', 'API_TOKEN, version 3')] };
    expect(needs({}, { report: withVersions as unknown as DoctorReport })[0]?.title).toBe(
      '2 secrets (1 earlier version) cannot be decrypted',
    );
    const versionAlone = { failures: [failure('damaged', 'API_TOKEN, version 3')] };
    expect(needs({}, { report: versionAlone as unknown as DoctorReport })[0]?.title).toBe(
      '1 earlier version cannot be decrypted',
    );
  });

  it('is an unusual reading, with the page where the reader can be stopped, before lost secrets', () => {
    const read = {
      ...{ id: 7, rule: 'bulk', kind: 'token', via: null, name: 'deployment token web', how: 'exported' },
      by: { kind: 'token', name: 'Deployment token web', person: null, is_deleted: false },
      ...{ variables: 25, ip: '127.0.0.1', at: now - 3 * 60_000, path: '/projects/shop/tokens' },
    } as NeedFacts['unusual'][number];
    expect(needs({}, { unusual: [read], lost: 1 })).toMatchObject([
      {
        id: 'unusual 7',
        title: 'Deployment token web read 25 secrets',
        text: 'Exported as a file 3 minutes ago, from 127.0.0.1. It never read so many within an hour before.',
        button: { label: 'Tokens', to: '/projects/shop/tokens' },
        unusual: 7,
      },
      { id: 'lost' },
    ]);
    expect(needs({}, { unusual: [{ ...read, path: null }] })[0]?.button).toBeNull();
    const managed = { ...read, rule: 'people', how: 'managed', variables: 2 } as typeof read;
    expect(needs({}, { unusual: [managed] })[0]?.title).toMatch(/managed people 2 times$/);
  });

  it('has an open rotation until it is done', () => {
    const rotating = (state: string) => ids({ rotation: { state } as VaultStatus['rotation'] });
    expect(['staged', 'proven', 'sealing'].map(rotating)).toEqual([['rotation'], ['rotation'], ['rotation']]);
    expect(['done', 'undone'].map(rotating)).toEqual([[], []]);
  });

  it('has a split of the key that does not count, and says why', () => {
    const split = (state: string) =>
      ({ id: 7, state, threshold: 2, share_count: 3, message: 'about the split' }) as KeySplit;
    const [need] = needs({}, { splits: [split('counts'), split('due'), split('unverified')] });
    expect(need).toMatchObject({
      id: 'split 7',
      title: 'Shares, any 2 of 3',
      text: 'about the split',
      button: { to: '/key' },
    });
    expect(ids({}, { splits: [split('counts'), split('due')] })).toEqual([]);
  });

  it('has a copy whose proof is due within two weeks, and says how many days are left', () => {
    const copies = [copy(1, 10), copy(2, 75), copy(3, 80), copy(4, 91), copy(5, 80, false)];
    const listed = needs({}, { copies });
    expect(listed.map(({ id }) => id)).toEqual(['due 3', 'due 4']);
    expect(listed.map(({ sign }) => sign)).toEqual([{ days: 80 }, { days: 91 }]);
    expect(listed[0]?.text).toContain('10 days');
    expect(listed[1]?.text).toContain('over 90 days');
    expect(listed[0]?.button).toMatchObject({ to: '/key/verify', hash: 'copy-3' });
  });

  it('leaves the newest copy to the health of the key where that says it', () => {
    const due = health('due', reason('proof_due', 'due'));
    expect(ids({ health: due }, { copies: [copy(1, 80), copy(2, 85)] })).toEqual([
      'proof_due about proof_due',
      'due 2',
    ]);
    expect(ids({}, { copies: [copy(1, 80), copy(2, 85)] })).toEqual(['due 1', 'due 2']);
  });

  it('ends what the start noticed as a sentence', () => {
    const texts = needs({ said: ['one thing', 'another.', 'really?'] }).map(({ text }) => text);
    expect(texts).toEqual(['one thing.', 'another.', 'really?']);
  });

  it('offers the keychain to a key that lies in a file, while the vault is open', () => {
    const keychain = 'GNOME Keyring';
    expect(ids({}, { keychain })).toEqual(['keychain']);
    expect(ids({ state: 'locked' }, { keychain })).toEqual([]);
    expect(ids({ custody: { ...calm.custody, name: 'passphrase' } }, { keychain })).toEqual([]);
  });
});
