import type { IncomingMessage } from 'node:http';
import { findSocketPath } from '../../instance/doors/socket-path.ts';
import { formatPath, type Schemas } from '../api-request.ts';
import { instanceGone, toCommandError } from '../client.ts';
import type { Invocation } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { escapeForTerminal, formatJson } from '../terminal-text.ts';
import type { AppPath } from './app-scope.ts';

export type LogLine = Schemas['AppLog']['lines'][number];

/** One line as it is shown: for people with the second it was printed in, for programs as JSON. */
export function formatLine(line: LogLine, isForPrograms: boolean): string {
  if (isForPrograms) return `${formatJson(line)}\n`;
  const text = `${line.at.slice(0, 'yyyy-mm-ddThh:mm:ss'.length)}Z  ${line.text}\n`;
  // SECURITY: whoever reaches the app writes into its log.
  return process.stdout.isTTY ? escapeForTerminal(text) : text;
}

/**
 * Shows the log of an app as it comes, until there is no more of it or nobody reads it. Ctrl-C ends this process, as it does without
 * us. Throws what the API answers, and where it is broken off.
 */
export async function followLog(
  { dataDir, json }: Invocation,
  path: AppPath,
  tail: number | undefined,
): Promise<void> {
  const response = await open(
    dataDir,
    formatPath('/projects/{project}/environments/{environment}/app/logs/follow', {
      path: { ...path },
      query: { tail },
    }),
  );
  response.setEncoding('utf8');
  let text = '';
  if (response.statusCode !== 200) {
    for await (const chunk of response) text += chunk as string;
    throw toCommandError(text);
  }
  try {
    for await (const chunk of response) {
      const messages = (text + (chunk as string)).split('\n\n');
      text = messages.pop() ?? '';
      const lines = messages.flatMap(readLine);
      // Before more is taken: what is printed faster than it is read waits at the app's side.
      if (lines.length > 0 && !(await write(lines.map((line) => formatLine(line, json)).join('')))) return;
      if (messages.some((message) => /^event: end$/m.test(message))) return;
    }
  } catch {
    // Broken off.
  }
  throw new CommandError(
    'instance_gone',
    'The log ends here: the instance was stopped or locked, or you may not read it any more.',
  );
}

function open(dataDir: string, path: string): Promise<IncomingMessage> {
  const socketPath = findSocketPath(dataDir);
  if (socketPath === null) throw instanceGone();
  // Not by import: see sendOver in client.ts.
  const { request } = process.getBuiltinModule('node:http');
  return new Promise((resolve, reject) => {
    request({ socketPath, path: `/api${path}`, headers: { host: 'localhost' }, agent: false }, resolve)
      .on('error', () => reject(instanceGone()))
      .end();
  });
}

/** Of a server-sent event; none of a ping. */
function readLine(message: string): LogLine[] {
  const data = /^event: line$/m.test(message) ? /^data: (.*)$/m.exec(message)?.[1] : undefined;
  return data === undefined ? [] : [JSON.parse(data) as LogLine];
}

/** Whether it could be written: a reader may have gone. */
const write = (text: string): Promise<boolean> =>
  new Promise((resolve) => process.stdout.write(text, (error) => resolve(error == null)));
