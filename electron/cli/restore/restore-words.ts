import type { RestorePreview } from '../../instance/backups/restore/restore-directory.ts';
import type { Schemas } from '../api-request.ts';
import { formatCount, formatTable } from '../command.ts';

type Prepared = Schemas['PreparedRestore'];

/** What a restore would do, whether this process does it or a running instance. */
export type ShownRestore = Omit<Prepared, 'id' | 'size_bytes'>;

/** What a manifest says of it. */
type BackupFacts = Omit<
  ShownRestore,
  | 'found_note'
  | 'values'
  | 'is_verified'
  | 'decrypted_for'
  | 'tables'
  | 'values_by_kind'
  | 'only_here'
  | 'has_database'
  | 'replaces'
  | 'instance_name'
>;

/** What came of one. */
export interface ShownOutcome {
  /** Folder with the database that was there before; null where there was none. */
  former: string | null;
  notes: readonly string[];
}

export function fromPreview(preview: RestorePreview): ShownRestore {
  const { place, foundNote, manifest, instance, values, decryptedFor, hasDatabase, replaces, onlyHere } =
    preview;
  return {
    place,
    found_note: foundNote,
    backup_id: manifest.id,
    instance_id: manifest.instanceId,
    instance_name: instance.name,
    writer_id: manifest.writerId,
    sequence: manifest.sequence,
    why: manifest.why,
    taken_at: manifest.takenAt,
    app_version: manifest.appVersion,
    schema_version: manifest.schemaVersion,
    key_fingerprint: manifest.keyFingerprint,
    encrypted: manifest.recipients.length > 0,
    values,
    is_verified: values !== null,
    decrypted_for: decryptedFor,
    has_database: hasDatabase,
    replaces: replaces?.name ?? null,
    tables: preview.tables,
    values_by_kind: preview.valuesByKind,
    only_here: onlyHere,
  };
}

export const whys: Record<Prepared['why'], string> = {
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

/** So many names are said; the rest is counted. */
const MAX_NAMES = 5;

export function describePreview(shown: ShownRestore, dataDir: string): string {
  const order = [...counted.keys()];
  // In the order of the list: what is counted by kind comes last.
  const rows = shown.tables
    .filter(({ name }) => counted.has(name))
    .sort((one, other) => order.indexOf(one.name) - order.indexOf(other.name));
  return [
    `Backup  ${shown.place}`,
    `Of      ${shown.instance_name} (${shown.instance_id}), taken ${new Date(shown.taken_at).toISOString()} ${whys[shown.why]}, number ${shown.sequence} of its writer, by version ${shown.app_version}`,
    `        ${shown.found_note}`,
    `Key     ${shown.key_fingerprint}: ${describeValues(shown)}`,
    `Into    ${dataDir}: ${describeTarget(shown)}`,
    formatTable([
      ['', 'now', 'backup'],
      ...rows.map(({ name, now, backup }) => [counted.get(name) ?? name, now, backup]),
      ...shown.values_by_kind.map(({ name, now, backup }) => [`  ${name.replaceAll('_', ' ')}`, now, backup]),
    ]),
    ...Object.entries(shown.only_here).flatMap(([table, names]) => describeOnlyHere(table, names)),
    ...(shown.has_database
      ? [
          'What was changed here after the backup was taken is not in it. The database is kept beside: restore --undo',
        ]
      : []),
  ].join('\n');
}

function describeOnlyHere(table: string, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const rest = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : '';
  return [
    `Here only, and not after the restore: ${counted.get(table) ?? table} ${names.slice(0, MAX_NAMES).join(', ')}${rest}`,
  ];
}

function describeValues({ values, decrypted_for }: ShownRestore): string {
  if (values === null) {
    const how = decrypted_for === null ? '' : `; the identity of ${decrypted_for} decrypted the backup`;
    return `not verified: it is not here, so nobody vouches for this backup, no secret in it is decrypted, and the vault will be locked${how}`;
  }
  const lost = values.lost === 0 ? '' : `, and ${values.lost} had been lost before`;
  return `it vouches for this backup, and decrypts ${formatCount(values.opened, 'value')} of ${values.total}${lost}`;
}

function describeTarget({ replaces, has_database }: ShownRestore): string {
  if (replaces !== null) return `replaces the database of ${replaces}`;
  return has_database
    ? 'replaces a database that nobody uses yet, or that cannot be read'
    : 'a new data directory';
}

export function describeBackup(shown: BackupFacts) {
  return {
    place: shown.place,
    id: shown.backup_id,
    instance_id: shown.instance_id,
    writer_id: shown.writer_id,
    sequence: shown.sequence,
    taken_at: new Date(shown.taken_at).toISOString(),
    why: shown.why,
    app_version: shown.app_version,
    schema_version: shown.schema_version,
    key_fingerprint: shown.key_fingerprint,
    encrypted: shown.encrypted,
  };
}

export function toJson(shown: ShownRestore, { former, notes }: ShownOutcome) {
  const pick = (counts: Prepared['tables'], which: 'now' | 'backup') =>
    Object.fromEntries(counts.map((count) => [count.name, count[which]]));
  return {
    backup: { ...describeBackup(shown), instance_name: shown.instance_name },
    values: shown.values,
    is_verified: shown.is_verified,
    decrypted_for: shown.decrypted_for,
    now:
      shown.replaces === null
        ? null
        : { rows: pick(shown.tables, 'now'), values: pick(shown.values_by_kind, 'now') },
    restored: { rows: pick(shown.tables, 'backup'), values: pick(shown.values_by_kind, 'backup') },
    only_here: shown.only_here,
    former,
    notes,
  };
}

export function describeRestored(
  shown: ShownRestore,
  { former, notes }: ShownOutcome,
  dataDir: string,
): string {
  return [
    `Restored the backup of ${new Date(shown.taken_at).toISOString()} into ${dataDir}${shown.is_verified ? '' : ', not verified'}. Everyone has to sign in again.`,
    ...(former === null
      ? []
      : [`The database that was there before is in ${former}; restore --undo puts it back.`]),
    ...notes,
  ].join('\n');
}
