import type { Client } from '../client.ts';
import { findText, type Invocation, withClient } from '../command.ts';
import { CommandError, usageError } from '../command-error.ts';
import { readScope } from '../project-scope.ts';
import { explainEngine } from './engine-words.ts';

/** Where an app runs, as paths of the API name it. */
export interface AppPath {
  project: string;
  environment: string;
}

/** By -p and -e, or the link of the folder. Throws a usage error without a project. */
export function readAppPath(invocation: Invocation): AppPath {
  const { project, env } = readScope(invocation);
  return { project, environment: env ?? 'production' };
}

/** For a line that someone types next: ` -p shop -e staging`. */
export const toOptions = ({ project, environment }: AppPath): string =>
  `-p ${project}${environment === 'production' ? '' : ` -e ${environment}`}`;

/** `withClient`, and where Docker cannot be used what to do about it. */
export async function withApps<T>(
  invocation: Invocation,
  work: (client: Client) => Promise<T>,
  { needsInstance = false } = {},
): Promise<T> {
  return await withClient(invocation, async (client) => {
    // What is deployed or started is looked after by an instance: with this command it would end.
    if (needsInstance && !client.isRemote)
      throw new CommandError('not_found', 'The instance is not running. Start it: temps-desktop serve');
    try {
      return await work(client);
    } catch (error) {
      throw explainEngine(error, invocation.json);
    }
  });
}

/** A whole number of an option; undefined where it was not given. Throws a usage error. */
export function readNumber(invocation: Invocation, name: string, most: number): number | undefined {
  const text = findText(invocation, name);
  if (text === undefined) return undefined;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > most) throw usageError(`--${name} must be a number from 1 to ${most}.`);
  return value;
}
