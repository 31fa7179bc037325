import { AppError } from '../../electron/instance/kernel/app-error.ts';
import { perform, type Scenario } from './scenarios.ts';

/** Does one scenario in a process that is going to be killed, or in each of several folders: `worker.ts SCENARIO DATA_DIR...`. */
const [scenario, ...dataDirs] = process.argv.slice(2) as [Scenario, ...string[]];
// The calls of a process that a rotation starts have numbers of their own: where one is stopped it is found, and no fault is meant for it.
if (scenario === 'rotation' && process.env.INTERRUPT_WITH !== 'stop') delete process.env.LD_PRELOAD;
for (const dataDir of dataDirs) {
  try {
    await perform(scenario, dataDir, () => process.stdout.write('READY\n'));
    process.stdout.write('DONE\n');
  } catch (error) {
    // A disk that fails is a named error, not a crash.
    if (!(error instanceof AppError)) throw error;
    process.stdout.write(`FAILED ${error.code}\n`);
  }
}
