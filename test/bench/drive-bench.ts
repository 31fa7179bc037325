import { createBackupsCore } from '../../electron/instance/backups/backups-core.ts';
import { insertDestination } from '../../electron/instance/backups/destinations/destinations.ts';
import { backupJob } from '../../electron/instance/backups/making/backup-job.ts';
import { createDrills } from '../../electron/instance/backups/reading/drill.ts';
import { driveJob } from '../../electron/instance/backups/schedules/drive-job.ts';
import { PLUGGED_IN } from '../../electron/instance/backups/schedules/drive-seen.ts';
import { scheduleJob } from '../../electron/instance/backups/schedules/schedule-job.ts';
import { addSchedule } from '../../electron/instance/backups/schedules/schedules.ts';
import { openVault } from '../../electron/instance/vault/vault-core.ts';
import { openTestContext } from '../context.ts';
import { ms, note } from './figures.ts';

const DRIVES = 5;
/** As often as it looks. */
const EVERY_MS = 3000;
const ROUNDS = 500;

/** What it costs to wait for drives that are in a drawer: the looks, and the schedules and drills that they may make due. */
export async function benchDrives(): Promise<void> {
  const test = openTestContext();
  test.ctx.store.sqlite.exec('DELETE FROM keys');
  const core = createBackupsCore(test.ctx, await openVault({ ...test.ctx, env: {}, emit() {} }));
  const making = backupJob(core);
  const looking = driveJob(core);
  for (const job of [making, scheduleJob(core, making), looking, createDrills(core).job])
    test.ctx.jobs.add(job);
  const schedules = Array.from({ length: DRIVES }, (_, at) => addWaiting(core, `stick ${at}`));
  test.ctx.jobs.start();
  const round = async () => {
    test.clock.advance(EVERY_MS);
    test.ctx.jobs.look();
    for (const schedule of schedules) await test.ctx.jobs.enqueue(looking, { schedule });
  };
  await round();
  const before = process.cpuUsage();
  for (let at = 0; at < ROUNDS; at++) await round();
  const { user, system } = process.cpuUsage(before);
  const each = (user + system) / 1000 / ROUNDS;
  note({
    what: `a look for ${DRIVES} drives that are away, processor time`,
    measured: ms(each),
    against: `1 % of the ${EVERY_MS / 1000} s until the next`,
    ratio: each / (EVERY_MS / 100),
    limit: '≤ 1',
    met: each <= EVERY_MS / 100,
  });
  await test.ctx.jobs.stop();
  test.close();
}

function addWaiting(core: ReturnType<typeof createBackupsCore>, name: string): number {
  const destinationId = core.ctx.store.transaction(() =>
    insertDestination(core, null, {
      kind: 'folder',
      name,
      path: `/media/nobody/${name}/backups`,
      mountPoint: `/media/nobody/${name}`,
      volumeId: '1234-ABCD',
      isReadable: false,
      recipients: [],
      separate: true,
      keyFile: null,
    }),
  );
  const facts = { name, description: null, tags: [], destinationId, cron: PLUGGED_IN, enabled: true };
  return addSchedule(core, null, facts).id;
}
