import { AppError } from '../kernel/app-error.ts';
import { finishCustodyMove } from './custody/custody-move.ts';
import { watchCustody } from './custody/custody-watch.ts';
import { createRotationJob, type RotationJob } from './rotation/reseal-job.ts';
import { findOpenRotation } from './rotation/rotation-record.ts';
import { type DoctorReport, runDoctor } from './secrets/doctor.ts';
import { readCustody, type VaultCore } from './vault-core.ts';

/**
 * How often a locked or refusing keychain is asked again. It costs one call over the session bus. Whether an open
 * one still holds the key is asked less often, see custody-watch.ts.
 */
const RETRY_CUSTODY_MS = 3000;

/** How long the last use of a secret may stay in memory. */
const FLUSH_USES_MS = 60_000;

/** What runs beside the requests: the rotation, the doctor, and waiting for a locked keychain. */
export interface VaultJobs {
  readonly rotation: RotationJob;
  /** The newest report, finished or not; null before the first run. */
  readonly doctorReport: DoctorReport | null;
  /** The newest report that came to its end: what is known while another run goes on. */
  readonly finishedReport: DoctorReport | null;
  /** Runs the doctor, or joins the run under way. */
  runDoctor(): Promise<DoctorReport>;
  /** Goes on with what an earlier run left, and starts waiting for custody. Called once the doors are open. */
  start(): Promise<void>;
  /** Goes on with what a locked vault had to leave: an interrupted rotation, a half-done custody move. */
  resume(): Promise<void>;
  stop(): Promise<void>;
}

export function createVaultJobs(core: VaultCore): VaultJobs {
  const rotation = createRotationJob(core);
  let report: DoctorReport | null = null;
  let finished: DoctorReport | null = null;
  let doctor: Promise<DoctorReport> | null = null;
  let retry: NodeJS.Timeout | undefined;
  let flushing: NodeJS.Timeout | undefined;
  let stopped = false;

  function resumeRotation(): void {
    if (core.ring.active === null || findOpenRotation(core.store)?.state !== 'sealing') return;
    rotation.run().catch((error: unknown) => {
      core.log.error(describeError(error), 'the rotation stopped; its values stay readable');
    });
  }

  /** When a secret was used is worth no failure: a disk that is full or gone is met elsewhere. */
  function flushUses(): void {
    try {
      core.secrets.flushUses();
    } catch (error) {
      core.log.warn(describeError(error), 'the last use of secrets could not be written');
    }
  }

  async function resume(): Promise<void> {
    if (core.ring.active === null) return;
    try {
      await finishCustodyMove(core);
    } catch (error) {
      core.log.warn(describeError(error), 'the key is still in the custody it left');
    }
    resumeRotation();
  }

  async function attendCustody(): Promise<void> {
    // Passphrase custody waits for a person, not for a keychain.
    if (core.situation.case === 'waiting' && core.custody.name !== 'passphrase') {
      try {
        const isWaiting = () => core.situation.case === 'waiting';
        if (await core.exclusively(async () => isWaiting() && (await readCustody(core)))) await resume();
      } catch (error) {
        core.log.warn(describeError(error), 'asking the custody failed');
      }
    }
    await watchCustody(core);
    if (!stopped) retry = setTimeout(attendCustody, RETRY_CUSTODY_MS).unref();
  }

  async function checkAll(): Promise<DoctorReport> {
    const note = (progress: DoctorReport) => {
      report = progress;
      if (progress.finishedAt !== null) finished = progress;
      core.emit('doctor');
    };
    try {
      return await runDoctor(core, note, () => stopped);
    } catch (error) {
      // A run that failed is not under way any more.
      if (report) note({ ...report, running: false });
      throw error;
    }
  }

  return {
    rotation,
    get doctorReport() {
      return report;
    },
    get finishedReport() {
      return finished;
    },
    runDoctor() {
      doctor ??= checkAll().finally(() => {
        doctor = null;
      });
      return doctor;
    },
    resume,
    async start() {
      await resume();
      flushing = setInterval(flushUses, FLUSH_USES_MS).unref();
      retry = setTimeout(attendCustody, RETRY_CUSTODY_MS).unref();
    },
    async stop() {
      stopped = true;
      clearTimeout(retry);
      clearInterval(flushing);
      await rotation.stop();
      await doctor?.catch(() => undefined);
      flushUses();
    },
  };
}

function describeError(error: unknown): { code: string } {
  return { code: error instanceof AppError ? error.code : 'internal_error' };
}
