import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ChainCheck } from '../../audit/chain.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Store } from '../../store/store.ts';
import type { KeyRing } from '../key/key-ring.ts';
import type { Fingerprint } from '../sealing/master-key.ts';
import { openValue, readFingerprint } from '../sealing/sealed-value.ts';
import type { SecretId, SecretKeeper, SecretOwner } from '../vault.ts';
import type { SecretKind } from '../vocabulary.ts';
import { listMissingValues } from './missing-values.ts';
import { countSecrets, sumCounts } from './secret-counts.ts';

/** Rows read at once, and how long one slice may keep the event loop: well under the 50 ms it must never exceed. */
const PAGE_ROWS = 200;
const SLICE_MS = 12;
/** How many failing rows a report names; the rest are counted. */
const MAX_FAILURES = 1000;

/**
 * `key_missing`: the key it names is not held; `damaged`: that key does not open it, or it names none; `row_missing`:
 * something refers to a value that is not there.
 */
export const doctorReasons = ['key_missing', 'damaged', 'row_missing'] as const;

export interface DoctorFailure {
  id: SecretId;
  kind: SecretKind;
  /** Null where there is no value to name one. */
  keyFingerprint: Fingerprint | null;
  reason: (typeof doctorReasons)[number];
  owner: SecretOwner | null;
}

/** Holds no value. */
export interface DoctorReport {
  running: boolean;
  total: number;
  checked: number;
  opened: number;
  failed: number;
  /** Of the total, and of those that failed: values that secrets had before. Counted at the end. */
  versions: number;
  failedVersions: number;
  byKind: Partial<Record<SecretKind, number>>;
  byKey: Record<Fingerprint, number>;
  failures: DoctorFailure[];
  /** Every value that its own key did not open, named or not. */
  damaged: Set<SecretId>;
  /** Ids that something refers to and that are not there. */
  missingRows: Set<SecretId>;
  /** Keys that were named by a value and not held at that moment. */
  missingKeys: Set<Fingerprint>;
  /** Whether the audit log is as it was written, which the doctor's job looks at; null until then. */
  activity: ChainCheck | null;
  startedAt: number;
  finishedAt: number | null;
}

interface Row {
  rowid: number;
  id: string;
  kind: SecretKind;
  sealed: Buffer;
  keyFingerprint: string;
}

/** What is checked: the vault of the instance, or another database with the keys for it, such as a backup's. */
export interface Examined {
  readonly store: Pick<Store, 'sqlite'>;
  readonly ring: KeyRing;
  readonly clock: Clock;
  /** Their keepers name the owners, and the values that are missing. */
  readonly secrets: { readonly keepers: readonly SecretKeeper[] };
}

/**
 * Opens every sealed value, in slices that leave the event loop free, and names those that fail. Runs on a
 * locked vault too, where every row is `key_missing`. `onProgress` gets the same object each time.
 */
export async function runDoctor(
  core: Examined,
  onProgress?: (report: DoctorReport) => void,
  isStopped: () => boolean = () => false,
): Promise<DoctorReport> {
  const { sqlite } = core.store;
  const page = sqlite.prepare(
    'SELECT rowid, id, kind, sealed, key_fingerprint AS keyFingerprint FROM secrets WHERE rowid > ? ORDER BY rowid LIMIT ?',
  );
  const report: DoctorReport = {
    running: true,
    total: sqlite.prepare('SELECT count(*) FROM secrets').pluck().get() as number,
    checked: 0,
    opened: 0,
    failed: 0,
    versions: 0,
    failedVersions: 0,
    byKind: {},
    byKey: {},
    failures: [],
    damaged: new Set(),
    missingRows: new Set(),
    missingKeys: new Set(),
    activity: null,
    startedAt: core.clock.now(),
    finishedAt: null,
  };
  let last = 0;
  for (;;) {
    const until = performance.now() + SLICE_MS;
    do {
      const rows = page.all(last, PAGE_ROWS) as Row[];
      if (rows.length === 0) {
        describeOwners(report.failures, core.secrets.keepers);
        reportMissing(await listMissingValues(core.store), core.secrets.keepers, report);
        await countVersions(core, report);
        report.running = false;
        report.finishedAt = core.clock.now();
        onProgress?.(report);
        return report;
      }
      for (const row of rows) checkRow(core.ring, row, report);
      last = rows.at(-1)?.rowid ?? last;
    } while (performance.now() < until);
    onProgress?.(report);
    await nextTurn();
    if (isStopped()) return { ...report, running: false };
  }
}

function checkRow(ring: KeyRing, row: Row, report: DoctorReport): void {
  report.checked += 1;
  report.byKind[row.kind] = (report.byKind[row.kind] ?? 0) + 1;
  report.byKey[row.keyFingerprint] = (report.byKey[row.keyFingerprint] ?? 0) + 1;
  const key = ring.active === null ? null : ring.find(row.keyFingerprint);
  const plaintext = key && openValue(key, row, row.sealed);
  if (plaintext) {
    plaintext.fill(0);
    report.opened += 1;
    return;
  }
  report.failed += 1;
  // Cut short, it names no key that could be missing.
  const isDamaged = key !== null || readFingerprint(row.sealed) === null;
  if (isDamaged) report.damaged.add(row.id);
  else report.missingKeys.add(row.keyFingerprint);
  if (report.failures.length < MAX_FAILURES) {
    report.failures.push({
      id: row.id,
      kind: row.kind,
      keyFingerprint: row.keyFingerprint,
      reason: isDamaged ? 'damaged' : 'key_missing',
      owner: null,
    });
  }
}

/** What refers to a value that is not there: nothing to open, but somebody's loss. */
function reportMissing(
  ids: readonly SecretId[],
  keepers: readonly SecretKeeper[],
  report: DoctorReport,
): void {
  for (const keeper of keepers) {
    const { kind } = keeper;
    for (const [id, owner] of keeper.describe(ids)) {
      if (report.missingRows.has(id)) continue;
      report.missingRows.add(id);
      report.total += 1;
      report.checked += 1;
      report.failed += 1;
      if (report.failures.length < MAX_FAILURES)
        report.failures.push({ id, kind, keyFingerprint: null, reason: 'row_missing', owner });
    }
  }
}

async function countVersions(core: Examined, report: DoctorReport): Promise<void> {
  const { keepers } = core.secrets;
  const missing = await countEarlier([...report.missingRows], keepers);
  report.versions = sumCounts(countSecrets(core)).versions + missing;
  report.failedVersions =
    core.ring.active === null
      ? report.versions
      : sumCounts(countSecrets(core, [...report.missingKeys])).versions +
        (await countEarlier([...report.damaged], keepers)) +
        missing;
}

/** How many of these values are earlier versions. */
export async function countEarlier(
  ids: readonly SecretId[],
  keepers: readonly SecretKeeper[],
): Promise<number> {
  let count = 0;
  for (let at = 0; at < ids.length; at += PAGE_ROWS) {
    const page = ids.slice(at, at + PAGE_ROWS);
    for (const keeper of keepers)
      for (const { isEarlier } of keeper.describe(page).values()) if (isEarlier) count += 1;
    await nextTurn();
  }
  return count;
}

function describeOwners(failures: DoctorFailure[], keepers: readonly SecretKeeper[]): void {
  const owners = findOwners(failures, keepers);
  for (const failure of failures) failure.owner = owners.get(failure.id) ?? null;
}

/** Asks each keeper about values of its kinds; one that nobody owns is left out. */
export function findOwners(
  secrets: readonly { id: SecretId; kind: SecretKind }[],
  keepers: readonly SecretKeeper[],
): Map<SecretId, SecretOwner> {
  const owners = new Map<SecretId, SecretOwner>();
  for (const keeper of keepers) {
    const ids = secrets.filter(({ kind }) => keeper.kind === kind).map(({ id }) => id);
    if (ids.length > 0) for (const [id, owner] of keeper.describe(ids)) owners.set(id, owner);
  }
  return owners;
}
