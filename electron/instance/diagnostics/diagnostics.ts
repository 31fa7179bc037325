import { lstatSync, readdirSync, statfsSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { readAppVersion } from '../kernel/app-version.ts';
import type { Context } from '../kernel/context.ts';
import { countRows } from '../store/row-counts.ts';
import { countSecrets, pickCounts, sumCounts } from '../vault/secrets/secret-counts.ts';
import { getHealth } from '../vault/status/vault-status.ts';
import type { VaultCore } from '../vault/vault-core.ts';

const OPERATIONS = 50;
/** Files the instance creates itself. Names of other files are private and left out. */
const OWN_FILE =
  /^(temps\.db(-wal|-shm|-journal)?|temps\.sock(\.path)?|instance\.(lock|pid)|encryption_key(\.[0-9A-F]{16})?(\.age)?(\.fingerprint)?)$/;

/**
 * Diagnostics that can be shared with strangers. SECURITY: only numbers, states and our own names: no value, key,
 * hash, address, path, or name that a person gave, that of the instance included.
 */
export function collectDiagnostics(ctx: Context, core: VaultCore) {
  const { level, reasons } = getHealth(core);
  const secrets = countSecrets(core);
  return {
    madeAt: ctx.clock.now(),
    versions: listVersions(ctx),
    instance: { id: ctx.store.identity.id },
    vault: {
      case: core.situation.case,
      custody: core.custody.name,
      health: { level, reasons: reasons.map((reason) => ({ code: reason.code, level: reason.level })) },
      secretsByKind: pickCounts(secrets, 'secrets') as Record<string, number>,
      versions: sumCounts(secrets).versions,
    },
    database: {
      schemaVersion: ctx.store.sqlite.pragma('user_version', { simple: true }) as number,
      rowsByTable: countRows(ctx.store.sqlite),
    },
    dataDirectory: { freeBytes: findFreeBytes(ctx.dataDir), files: listFiles(ctx.dataDir) },
    operations: ctx.audit
      .list({}, { limit: OPERATIONS, offset: 0 })
      .map(({ at, operation, actorKind }) => ({ at, operation, actorKind })),
  };
}

function listVersions(ctx: Context) {
  return {
    app: readAppVersion(),
    node: process.versions.node,
    electron: process.versions.electron ?? null,
    sqlite: ctx.store.sqlite.prepare('SELECT sqlite_version()').pluck().get() as string,
    platform: process.platform as string,
    arch: process.arch as string,
    osRelease: release(),
  };
}

/** Null where it is unknown. */
function findFreeBytes(dataDir: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(dataDir);
    return bavail * bsize;
  } catch {
    return null;
  }
}

function listFiles(dataDir: string): { name: string | null; sizeBytes: number; mode: string }[] {
  return readdirSync(dataDir)
    .sort()
    .flatMap((name) => {
      const info = lstatSync(join(dataDir, name), { throwIfNoEntry: false });
      if (!info) return [];
      const mode = (info.mode & 0o7777).toString(8).padStart(4, '0');
      return [{ name: OWN_FILE.test(name) ? name : null, sizeBytes: info.size, mode }];
    });
}
