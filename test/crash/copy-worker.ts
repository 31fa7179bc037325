import { AppError } from '../../electron/instance/kernel/app-error.ts';
import { createKeyCopy } from '../../electron/instance/vault/copies/copy-making.ts';
import { openCore } from './open-core.ts';

/** Copies the key to a place, in a process that is interrupted: `copy-worker.ts DATA_DIR PATH`. */
const [dataDir = '', path = ''] = process.argv.slice(2);
const { core, close } = await openCore(dataDir);
try {
  await createKeyCopy(core, null, {
    format: 'plain',
    path,
    of: 'active',
    keepAnyway: true,
    unprotectedConfirmed: true,
  });
  process.stdout.write('DONE\n');
} catch (error) {
  if (!(error instanceof AppError)) throw error;
  process.stdout.write(`FAILED ${error.code}\n`);
} finally {
  close();
}
