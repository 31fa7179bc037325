import { setImmediate as nextTurn } from 'node:timers/promises';
import { countValuesByKind, listKeyRecords } from '../key/key-record.ts';
import type { SecretId, SecretOwner, SecretState } from '../vault.ts';
import type { VaultCore } from '../vault-core.ts';
import { type SecretKind, secretKinds } from '../vocabulary.ts';
import { countEarlier, type DoctorReport, findOwners } from './doctor.ts';
import { countSecrets, sumCounts } from './secret-counts.ts';
import { countByGroup, type SecretGroup } from './secret-kinds.ts';

/** `opens` and `does_not_open` are what the doctor saw, or what follows from a key that is not held. */
export const secretChecks = ['opens', 'does_not_open', 'locked', 'unchecked'] as const;
export type SecretCheck = (typeof secretChecks)[number];

export interface SecretFilter {
  kind: SecretKind | null;
  group: SecretGroup | null;
  /** Words that all occur in the owner's title, whose it is, or path; upper and lower case are the same. */
  search: string;
  /** From 1. */
  page: number;
  perPage: number;
}

export interface ListedSecret {
  id: SecretId;
  kind: SecretKind;
  group: SecretGroup;
  keyFingerprint: string;
  /** Null when the value names a key this instance never recorded. */
  epoch: number | null;
  createdAt: number;
  updatedAt: number;
  lastUsedAt: number | null;
  state: SecretState;
  check: SecretCheck;
  owner: SecretOwner | null;
}

export interface SecretList {
  secrets: ListedSecret[];
  /** Values that fit the filter. */
  total: number;
  /** Values known not to open, those of earlier versions too, whatever the filter. */
  failing: number;
  /** Those of them that secrets had before. */
  failingVersions: number;
  /** Values of each group, whatever the filter. */
  counts: Record<SecretGroup | 'all', number>;
}

interface Row {
  id: SecretId;
  kind: SecretKind;
  keyFingerprint: string;
  createdAt: number;
  updatedAt: number;
  lastUsedAt: number | null;
}

const COLUMNS = `id, kind, key_fingerprint AS keyFingerprint, created_at AS createdAt, updated_at AS updatedAt,
  last_used_at AS lastUsedAt`;
/** Rows whose owners are looked up in one go while searching: a few milliseconds, then the event loop is free. */
const SEARCHED_AT_ONCE = 500;

/**
 * One page of the sealed values, those that do not open first, otherwise by id. Owners are looked up for the
 * rows shown alone, unless a search has to look at all of them.
 *
 * @param report the newest finished report of the doctor, or null.
 */
export async function listSecrets(
  core: VaultCore,
  report: DoctorReport | null,
  filter: SecretFilter,
): Promise<SecretList> {
  const byKind = countValuesByKind(core.store);
  const groupOf = (kind: SecretKind) => core.secrets.factsOf(kind).group;
  const groups = countByGroup(byKind, groupOf);
  const counts = { all: Object.values(groups).reduce((sum, count) => sum + count, 0), ...groups };
  const kinds = secretKinds.filter(
    (kind) =>
      (filter.kind === null || kind === filter.kind) &&
      (filter.group === null || groupOf(kind) === filter.group),
  );
  const offset = (filter.page - 1) * filter.perPage;
  const failing = countFailing(core, report);
  const failingVersions = failing === 0 ? 0 : Math.min(failing, await countFailingVersions(core, report));
  const sums = { failing, failingVersions, counts };
  const words = splitSearch(filter.search);
  if (words.length > 0) {
    const found = await searchSecrets(core, report, kinds, words);
    const ids = found.slice(offset, offset + filter.perPage);
    return { secrets: describe(core, report, readRows(core, ids)), total: found.length, ...sums };
  }
  const total = kinds.reduce((sum, kind) => sum + (byKind[kind] ?? 0), 0);
  const isSparse = total * 10 < counts.all;
  const rows = readPage(core, report, { kinds, isSparse, offset, limit: filter.perPage });
  return { secrets: describe(core, report, rows), total, ...sums };
}

function splitSearch(search: string): string[] {
  return search
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
}

/** Ids of what fits, in the order of the list. Leaves the event loop free between slices. */
async function searchSecrets(
  core: VaultCore,
  report: DoctorReport | null,
  kinds: readonly SecretKind[],
  words: readonly string[],
): Promise<SecretId[]> {
  const failing: SecretId[] = [];
  const others: SecretId[] = [];
  const next = core.store.sqlite.prepare(
    `SELECT ${COLUMNS} FROM secrets WHERE id > @after AND +kind IN (SELECT value FROM json_each(@kinds))
     ORDER BY id LIMIT @limit`,
  );
  for (let after = ''; ; ) {
    const rows = next.all({ after, kinds: JSON.stringify(kinds), limit: SEARCHED_AT_ONCE }) as Row[];
    const owners = findOwners(rows, core.secrets.keepers);
    for (const row of rows) {
      const owner = owners.get(row.id);
      const text = owner ? `${owner.title} ${owner.belongsTo} ${owner.path ?? ''}`.toLowerCase() : '';
      if (!words.every((word) => text.includes(word))) continue;
      (checkOf(core, report, row) === 'does_not_open' ? failing : others).push(row.id);
    }
    const last = rows.at(-1);
    if (!last || rows.length < SEARCHED_AT_ONCE) return [...failing, ...others];
    after = last.id;
    await nextTurn();
  }
}

function readRows(core: VaultCore, ids: readonly SecretId[]): Row[] {
  const read = core.store.sqlite.prepare(`SELECT ${COLUMNS} FROM secrets WHERE id = ?`);
  // What was removed while the search went on is left out.
  return ids.flatMap((id) => (read.get(id) as Row | undefined) ?? []);
}

interface PageRequest {
  kinds: readonly SecretKind[];
  /** Few of all rows fit: then the index of kinds finds them, else the order of ids does. */
  isSparse: boolean;
  offset: number;
  limit: number;
}

function readPage(core: VaultCore, report: DoctorReport | null, page: PageRequest): Row[] {
  const { sqlite } = core.store;
  const isWhole = page.kinds.length === secretKinds.length;
  const kinds = isWhole ? 'true' : `${page.isSparse ? '' : '+'}kind IN (SELECT value FROM json_each(@kinds))`;
  const facts = { kinds: JSON.stringify(page.kinds), ...listFailing(core, report) };
  const read = (condition: string, offset: number, limit: number) =>
    sqlite
      .prepare(
        `SELECT ${COLUMNS} FROM secrets WHERE ${kinds} AND ${condition} ORDER BY id LIMIT @limit OFFSET @offset`,
      )
      .all({ ...facts, offset, limit }) as Row[];
  if (facts.missing === '[]' && facts.damaged === '[]') return read('true', page.offset, page.limit);
  const failing = sqlite
    .prepare(`SELECT count(*) FROM secrets WHERE ${kinds} AND ${FAILING}`)
    .pluck()
    .get(facts) as number;
  const first = page.offset < failing ? read(FAILING, page.offset, page.limit) : [];
  const left = page.limit - first.length;
  if (left === 0) return first;
  return [...first, ...read(`NOT ${FAILING}`, Math.max(0, page.offset - failing), left)];
}

/** What checkOf calls `does_not_open`, in SQL. */
const FAILING = `(key_fingerprint IN (SELECT value FROM json_each(@missing))
  OR (updated_at <= @checkedAt AND id IN (SELECT value FROM json_each(@damaged))))`;

function listFailing(core: VaultCore, report: DoctorReport | null) {
  const missing = core.ring.active
    ? listNamedKeys(core).filter((fingerprint) => !core.ring.has(fingerprint))
    : [];
  const damaged = core.ring.active && report ? [...report.damaged] : [];
  return {
    missing: JSON.stringify(missing),
    damaged: JSON.stringify(damaged),
    checkedAt: report?.startedAt ?? 0,
  };
}

function countFailing(core: VaultCore, report: DoctorReport | null): number {
  const facts = listFailing(core, report);
  if (facts.missing === '[]' && facts.damaged === '[]') return 0;
  return core.store.sqlite
    .prepare(`SELECT count(*) FROM secrets WHERE ${FAILING}`)
    .pluck()
    .get(facts) as number;
}

async function countFailingVersions(core: VaultCore, report: DoctorReport | null): Promise<number> {
  const missing = listNamedKeys(core).filter((fingerprint) => !core.ring.has(fingerprint));
  const damaged = report ? [...report.damaged] : [];
  return (
    sumCounts(countSecrets(core, missing)).versions + (await countEarlier(damaged, core.secrets.keepers))
  );
}

/** Every key that some value names, by jumping from one to the next in the index. */
function listNamedKeys({ store }: VaultCore): string[] {
  return store.sqlite
    .prepare(
      `WITH RECURSIVE named(key) AS (
         SELECT min(key_fingerprint) FROM secrets UNION ALL
         SELECT (SELECT min(key_fingerprint) FROM secrets WHERE key_fingerprint > key) FROM named WHERE key IS NOT NULL)
       SELECT key FROM named WHERE key IS NOT NULL`,
    )
    .pluck()
    .all() as string[];
}

/**
 * Whether a value opens, from the doctor's newest finished report. SECURITY: what changed since, and what the
 * doctor had no key for then, is `unchecked`, never `opens`.
 */
function checkOf(core: VaultCore, report: DoctorReport | null, row: Row): SecretCheck {
  if (core.ring.active === null) return 'locked';
  if (!core.ring.has(row.keyFingerprint)) return 'does_not_open';
  if (!report || row.updatedAt > report.startedAt || report.missingKeys.has(row.keyFingerprint))
    return 'unchecked';
  return report.damaged.has(row.id) ? 'does_not_open' : 'opens';
}

function describe(core: VaultCore, report: DoctorReport | null, rows: readonly Row[]): ListedSecret[] {
  const states = core.secrets.statesOf(rows.map((row) => row.id));
  const owners = findOwners(rows, core.secrets.keepers);
  const epochs = new Map(listKeyRecords(core.store).map((record) => [record.fingerprint, record.epoch]));
  return rows.map((row) => ({
    ...row,
    group: core.secrets.factsOf(row.kind).group,
    epoch: epochs.get(row.keyFingerprint) ?? null,
    state: states.get(row.id) ?? 'unreadable',
    check: checkOf(core, report, row),
    owner: owners.get(row.id) ?? null,
  }));
}
