import { every, Interrupted, type Job, queued } from '../jobs/job.ts';
import { AppError } from '../kernel/app-error.ts';
import type { Context } from '../kernel/context.ts';
import { finishCustodyMove } from './custody/custody-move.ts';
import { watchCustody } from './custody/custody-watch.ts';
import { createRotationJob, type RotationJob } from './rotation/reseal-job.ts';
import { findOpenRotation } from './rotation/rotation-record.ts';
import { type DoctorReport, runDoctor } from './secrets/doctor.ts';
import { isUnused, readCustody, type VaultCore } from './vault-core.ts';

/**
 * How often a locked or refusing keychain is asked again. It costs one call over the session bus. Whether an open
 * one still holds the key is asked less often, see custody-watch.ts.
 */
const RETRY_CUSTODY_MS = 3000;

/** How long the last use of a secret may stay in memory. */
const FLUSH_USES_MS = 60_000;

/** What runs beside the requests: the rotation, the doctor, and waiting for a locked keychain. */
export interface VaultJobs {
  /** How fast the rotation goes. */
  readonly rotation: RotationJob;
  /** Encrypts every value with the new key, or joins the run under way. Resolves at its end. */
  runRotation(): Promise<void>;
  /** The newest report, finished or not; null before the first run. */
  readonly doctorReport: DoctorReport | null;
  /** The latest finished report: the known state while another run is in progress. */
  readonly finishedReport: DoctorReport | null;
  /** Runs the doctor, or joins the run under way. */
  runDoctor(): Promise<DoctorReport>;
  /** Continues what a locked vault had to leave: an interrupted rotation, a half-done custody move. */
  resume(): Promise<void>;
  /** For the queue. */
  readonly declared: readonly Job[];
  stop(): Promise<void>;
}

export function createVaultJobs(ctx: Context, core: VaultCore): VaultJobs {
  const rotation = createRotationJob(core);
  // Stops between two batches when the instance stops: the rest continues at the next start.
  ctx.stopping.addEventListener('abort', () => void rotation.stop(), { once: true });
  let report: DoctorReport | null = null;
  let finished: DoctorReport | null = null;

  const rotationJob: Job = {
    name: 'vault.rotation',
    title: 'Encrypt every value with the new key',
    when: queued,
    needsKey: true,
    record: 'always',
    // What is left to do is in the rotation's own row: `resume` asks for it, as soon as the vault is open.
    isResumed: false,
    async run({ report: tell }) {
      const { state, total } = await rotation.run((moved, of) => tell(moved, of));
      if (state !== 'done') throw new Interrupted('The rotation continues at the next start.');
      return { total };
    },
  };

  const doctorJob: Job = {
    name: 'vault.doctor',
    title: 'Check that every secret can be decrypted, and that the audit log is as it was written',
    when: queued,
    needsKey: true,
    // A database that takes no writes is one that has to be looked at.
    record: 'if_possible',
    isResumed: false,
    async run({ report: tell, signal }) {
      const show = (next: DoctorReport) => {
        report = next;
        core.emit('doctor');
      };
      const note = (progress: DoctorReport) => {
        tell(progress.checked, progress.total);
        // Shown from the first instant on, so that who began it is answered with this run; the end waits for the log.
        if (progress.finishedAt === null) show({ ...progress, activity: null });
      };
      try {
        const checked = await runDoctor(core, note, () => ctx.stopping.aborted || signal.aborted);
        const done = { ...checked, activity: await core.audit.checkChain() };
        if (done.finishedAt !== null) finished = done;
        show(done);
        return { total: done.total, failed: done.failed };
      } catch (error) {
        // A run that failed is not under way any more.
        if (report) show({ ...report, running: false });
        throw error;
      }
    },
  };

  const custodyJob: Job = {
    name: 'vault.custody',
    title: 'Check that the key is in its custody',
    when: every(RETRY_CUSTODY_MS),
    record: 'on_failure',
    isResumed: false,
    async run() {
      // Passphrase custody waits for a person, not for a keychain.
      const isWaiting = () => core.situation.case === 'waiting' && core.custody.name !== 'passphrase';
      try {
        if (isWaiting() && (await core.exclusively(async () => isWaiting() && (await readCustody(core)))))
          await resume();
      } finally {
        await watchCustody(core);
      }
      return undefined;
    },
  };

  const usesJob: Job = {
    name: 'vault.uses',
    title: 'Save when secrets were last read',
    when: every(FLUSH_USES_MS),
    record: 'on_failure',
    isResumed: false,
    async run() {
      core.secrets.flushUses();
      ctx.audit.flush();
      return undefined;
    },
  };

  async function runRotation(): Promise<void> {
    await ctx.jobs.enqueue(rotationJob, {});
  }

  async function resume(): Promise<void> {
    if (core.ring.active === null) return;
    try {
      await finishCustodyMove(core);
    } catch (error) {
      core.log.warn(describeError(error), 'the key is still in the custody it left');
    }
    if (core.ring.active === null || findOpenRotation(core.store)?.state !== 'sealing') return;
    runRotation().catch((error: unknown) => {
      if (!(error instanceof Interrupted))
        core.log.error(describeError(error), 'the rotation stopped; its values stay readable');
    });
  }

  return {
    rotation,
    runRotation,
    get doctorReport() {
      return report;
    },
    get finishedReport() {
      return finished;
    },
    async runDoctor() {
      // Without a key there is nothing to check, and no run worth a row.
      if (isUnused(core.store)) return await runDoctor(core);
      await ctx.jobs.enqueue(doctorJob, {});
      if (!report) throw new AppError('internal_error', 'The doctor returned no report.');
      return report;
    },
    resume,
    declared: [rotationJob, doctorJob, custodyJob, usesJob],
    async stop() {
      await rotation.stop();
      // When a secret was used is worth no failure: a disk that is full or gone is met elsewhere.
      try {
        core.secrets.flushUses();
      } catch (error) {
        core.log.warn(describeError(error), 'the last use of secrets could not be written');
      }
    },
  };
}

function describeError(error: unknown): { code: string } {
  return { code: error instanceof AppError ? error.code : 'internal_error' };
}
