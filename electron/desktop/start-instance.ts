import { statSync } from 'node:fs';
import { join } from 'node:path';
import { app, dialog, shell } from 'electron';
import { DEFAULT_PORTS, type Doors, type Instance, openInstance } from '../instance/instance.ts';
import { describeError, type Log } from '../instance/kernel/log.ts';
import { DATABASE_FILE } from '../instance/store/data-directory.ts';
import { describeFailure } from './failure-model.ts';
import { type Running, stopInTime } from './leaving.ts';
import type { PreferencesFile } from './preferences.ts';
import type { StartArguments } from './start-arguments.ts';
import { utilityProcesses } from './utility-processes.ts';

export interface Started {
  instance: Instance;
  doors: Doors;
}

/** Path of the desktop's log. */
export const logPath = () => join(app.getPath('userData'), 'logs', 'temps.log');

/**
 * Opens the instance, which `running` gets, and its doors; on failure shows the cause with advice, until it opens. Null when the user
 * gives up.
 */
export async function startInstance(
  wanted: StartArguments,
  preferences: PreferencesFile,
  log: Log,
  running: Running,
): Promise<Started | null> {
  const { dataDir } = wanted;
  for (;;) {
    try {
      if (isDiskGone(dataDir, preferences)) {
        const answer = await askAboutEmpty(dataDir);
        if (answer === 'again') continue;
        if (answer === 'quit') return null;
      }
      const started = await open(wanted, log, running);
      const { dataDirs } = preferences.value;
      const { isSetUp, vault } = started.instance.status();
      const isWorthIt = isSetUp || vault.case === 'running';
      if (isWorthIt && !dataDirs.includes(dataDir)) preferences.set({ dataDirs: [...dataDirs, dataDir] });
      return started;
    } catch (error) {
      log.error({ error: describeError(error) }, 'the instance did not open');
      if (!(await explain(error, wanted, log))) return null;
    }
  }
}

/**
 * A disk that is not mounted leaves an empty folder at its mount point. A new instance in it, with a new key, would
 * look as if everything were lost, and would hide the old one when the disk is back.
 */
function isDiskGone(dataDir: string, { value }: PreferencesFile): boolean {
  if (!value.dataDirs.includes(dataDir)) return false;
  try {
    return statSync(join(dataDir, DATABASE_FILE), { throwIfNoEntry: false }) === undefined;
  } catch {
    // It exists, or cannot be checked: opening it reports any error.
    return false;
  }
}

async function askAboutEmpty(dataDir: string): Promise<'again' | 'new' | 'quit'> {
  const { response } = await dialog.showMessageBox({
    type: 'warning',
    title: 'Temps could not start',
    message: `There is no longer an instance in ${dataDir}.`,
    detail:
      'There was one before. If it is on another disk, connect that disk and try again: nothing there was changed. A new instance has a new key and none of your secrets.',
    buttons: ['Try again', 'Set up a new instance', 'Quit'],
    defaultId: 0,
    cancelId: 2,
    noLink: true,
  });
  return (['again', 'new', 'quit'] as const)[response] ?? 'quit';
}

async function open(wanted: StartArguments, log: Log, running: Running): Promise<Started> {
  const instance = await openInstance({
    dataDir: wanted.dataDir,
    // For a first start only; later ones follow the key record. SECURITY: without a keychain the instance stays
    // locked and says so: it never falls back to a less safe place.
    usualCustody: 'keychain',
    offersFoundKey: true,
    log,
    processes: utilityProcesses,
    consoleFolder: join(app.getAppPath(), 'dist', 'renderer'),
    // After an exchange of the database nothing opens: as what nobody caught, which is said and ends the program.
    onBroken: (error) =>
      setImmediate(() => {
        throw error;
      }),
  });
  running.instance = instance;
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
    running.instance = null;
    await stopInTime(instance, log);
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
