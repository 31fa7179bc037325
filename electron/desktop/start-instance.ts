import { join } from 'node:path';
import { app, dialog, shell } from 'electron';
import { DEFAULT_PORTS, type Doors } from '../instance/http/doors.ts';
import { type Instance, openInstance } from '../instance/instance.ts';
import { describeError, type Log } from '../instance/log.ts';
import { describeFailure } from './failure-model.ts';
import type { StartArguments } from './start-arguments.ts';

export interface Started {
  instance: Instance;
  doors: Doors;
}

/** Where the desktop's log is. */
export const logPath = () => join(app.getPath('userData'), 'logs', 'temps.log');

/**
 * Opens the instance and its doors; where that fails the cause is shown with a way on, again and again until it
 * opens. Null when nobody wants it to any more.
 */
export async function startInstance(wanted: StartArguments, log: Log): Promise<Started | null> {
  for (;;) {
    try {
      return await open(wanted, log);
    } catch (error) {
      log.error({ error: describeError(error) }, 'the instance did not open');
      if (!(await explain(error, wanted, log))) return null;
    }
  }
}

async function open(wanted: StartArguments, log: Log): Promise<Started> {
  const instance = await openInstance({
    dataDir: wanted.dataDir,
    // For a first start alone; later ones follow the key's own record. SECURITY: without a keychain the instance
    // stays locked and says so: nothing falls back by itself to a plainer place.
    custody: 'keychain',
    log,
    consoleFolder: join(app.getAppPath(), 'dist', 'renderer'),
  });
  const port = (given: number | null, usual: number) =>
    given === null ? { port: usual, orAny: true } : { port: given };
  try {
    const doors = await instance.start({
      https: port(wanted.httpsPort, DEFAULT_PORTS.https),
      http: port(wanted.httpPort, DEFAULT_PORTS.http),
      socket: true,
    });
    return { instance, doors };
  } catch (error) {
    await instance.stop();
    throw error;
  }
}

/** Shows what stopped the start. True to try again. */
async function explain(error: unknown, { dataDir }: StartArguments, log: Log): Promise<boolean> {
  const { title, message, advice } = describeFailure(error, dataDir);
  for (;;) {
    const { response } = await dialog.showMessageBox({
      type: 'error',
      title,
      message,
      detail: advice,
      buttons: ['Try again', 'Show the data', 'Show the log', 'Quit'],
      defaultId: 0,
      cancelId: 3,
      noLink: true,
    });
    if (response === 0) return true;
    if (response === 3) return false;
    const failed = await shell.openPath(response === 1 ? dataDir : join(logPath(), '..'));
    if (failed) log.warn({ failed }, 'a folder could not be shown');
  }
}
