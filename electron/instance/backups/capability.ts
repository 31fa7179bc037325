import { createRoutes } from '../http/api.ts';
import type { Capability } from '../kernel/capability.ts';
import type { Context } from '../kernel/context.ts';
import type { Exchange } from '../kernel/exchange.ts';
import { recoveryReasons } from '../vault/status/backup-half.ts';
import type { VaultCore } from '../vault/vault-core.ts';
import { exportRoutes } from './archive/export-routes.ts';
import { backupRoutes } from './backup-routes.ts';
import { toBackupRunsJson } from './backup-shapes.ts';
import { createBackupsCore } from './backups-core.ts';
import { findBackupsOf } from './backups-of-key.ts';
import { destinationRoutes } from './destinations/destination-routes.ts';
import { listDestinations } from './destinations/destinations.ts';
import { recoveryRoutes } from './destinations/recovery-routes.ts';
import { s3CredentialsKeeper } from './destinations/s3/s3-credentials.ts';
import { s3SourceRoutes } from './destinations/s3-source-routes.ts';
import { giveKitBackups } from './kit-backups.ts';
import { compareJob } from './listing/compare-job.ts';
import { holdingRoutes } from './listing/holding-routes.ts';
import { writerRoutes } from './listing/writer-routes.ts';
import { backupJob } from './making/backup-job.ts';
import { runRoutes } from './making/run-routes.ts';
import { backupOperations } from './operations.ts';
import { judgeBackupHalf } from './promise/recovery-facts.ts';
import { createDrills } from './reading/drill.ts';
import { type RequireSetUpLink, requireLinkOf, restoreRoutes } from './restore/restore-routes.ts';
import { createRestores } from './restore/running-restore.ts';
import { tidyJob } from './restore/tidy-job.ts';
import { uploadRoutes } from './restore/upload-routes.ts';
import { createUploads } from './restore/uploads.ts';
import { retentionRoutes } from './retention/retention-routes.ts';
import { driveJob } from './schedules/drive-job.ts';
import { scheduleJob } from './schedules/schedule-job.ts';
import { scheduleRoutes } from './schedules/schedule-routes.ts';

/** Backups of the whole instance: where they go, and making them. */
export function backupsCapability(
  ctx: Context,
  vault: VaultCore,
  { exchange, requireSetUpLink }: { exchange: Exchange; requireSetUpLink: RequireSetUpLink },
): Capability {
  const core = createBackupsCore(ctx, vault);
  vault.listBackupFolders = () =>
    listDestinations(core).flatMap((known) => (known.kind === 'folder' ? [known] : []));
  vault.findBackupsOf = (fingerprint) => findBackupsOf(core, fingerprint);
  vault.judgeBackups = () => judgeBackupHalf(core);
  vault.giveKitBackups = (key, actor) => giveKitBackups(core, key, actor);
  // Half of the vault's health.
  ctx.events.on('changed', ({ resource }) => resource === 'backups' && vault.emit('vault'));
  const making = backupJob(core);
  const comparing = compareJob(core);
  const drills = createDrills(core);
  let stopListening: (() => void) | undefined;
  const uploads = createUploads(core);
  const restores = createRestores(core, exchange, uploads);
  const requireLink = requireLinkOf(requireSetUpLink);
  return {
    name: 'backups',
    resources: { backups: 'backups:read' },
    operations: backupOperations,
    keepers: [s3CredentialsKeeper(ctx)],
    health: recoveryReasons,
    views: [
      {
        event: 'backup_runs',
        permission: 'backups:read',
        atStart: false,
        render: () => toBackupRunsJson(core),
      },
    ],
    async start() {
      // What was due while the vault was locked need not wait for the next look.
      stopListening = ctx.events.on('vault', () => queueMicrotask(ctx.jobs.look));
    },
    async stop() {
      stopListening?.();
      await restores.stop();
    },
    // Those with fixed names first: of those that fit the first is taken.
    routes: createRoutes()
      .route('/', destinationRoutes(core))
      .route('/', recoveryRoutes(core))
      .route('/', s3SourceRoutes(core, making))
      .route('/', scheduleRoutes(core))
      .route('/', retentionRoutes(core))
      .route('/', writerRoutes(core))
      .route('/', holdingRoutes(core))
      .route('/', runRoutes(core))
      .route('/', exportRoutes(core))
      .route('/', restoreRoutes(core, restores, { comparing, requireLink }))
      .route('/', uploadRoutes(uploads, requireLink))
      .route('/', backupRoutes(core, making, drills)),
    jobs: [making, drills.job, scheduleJob(core, making), driveJob(core), comparing, tidyJob(core, restores)],
  };
}
