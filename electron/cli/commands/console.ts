import { spawn } from 'node:child_process';
import type { Client } from '../client.ts';
import { type Command, type Invocation, withClient } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { exitCodes } from '../exit-code.ts';
import { ownEnvironment } from '../own-environment.ts';

export const commands: Record<string, Command> = {
  console: {
    usage: 'console [--print]',
    summary: 'Opens the console as the owner of this machine, with a one-time link.',
    notes:
      'With --print, and where no browser can be opened here, the link is printed instead. The instance must be running.',
    options: { print: { type: 'boolean' } },
    run: openConsole,
  },
};

/** So long a program that opens browsers may take to say that it cannot. One that can is still running, or has ended well. */
const REFUSAL_MS = 1000;

async function openConsole(invocation: Invocation): Promise<number> {
  return await withClient(invocation, async (client) => {
    if (!client.isRemote)
      throw new CommandError(
        'not_found',
        'The instance is not running. Start it with temps-desktop serve, then open the console.',
      );
    if (invocation.values.print || invocation.json) {
      await printLink(invocation, client);
      return exitCodes.done;
    }
    const trouble = hasDisplay(process.env) ? await openInBrowser(client) : 'There is no display here.';
    if (trouble === null) {
      process.stderr.write(
        'If no browser opens, or it may not read the file: temps-desktop console --print\n',
      );
      return exitCodes.done;
    }
    process.stderr.write(
      `${trouble} Open this link, which works once, in a browser that reaches this machine:\n`,
    );
    await printLink(invocation, client);
    return exitCodes.done;
  });
}

async function printLink(invocation: Invocation, client: Client): Promise<void> {
  const { https_url: base } = await client.get('/doors');
  if (base === null)
    throw new CommandError('not_found', 'The console is not served: the instance has no HTTPS address.');
  const link = await client.post('/links');
  const url = `${base}${link.path}`;
  invocation.print({ url, purpose: link.purpose }, () => url);
}

/** Over SSH, in a container and in a system's service there is none, and what opens browsers may open one in the terminal. */
function hasDisplay({ DISPLAY, WAYLAND_DISPLAY }: NodeJS.ProcessEnv): boolean {
  return ['darwin', 'win32'].includes(process.platform) || Boolean(DISPLAY || WAYLAND_DISPLAY);
}

/**
 * SECURITY: every account of the machine sees the arguments of a program. This one gets a file that only this account
 * can read; the instance wrote it, and removes it.
 *
 * @returns why none was opened; null where nothing says so.
 */
async function openInBrowser(client: Client): Promise<string | null> {
  const { file } = await client.post('/links/file');
  const [command, ...args] = { darwin: ['open'], win32: ['rundll32', 'url.dll,FileProtocolHandler'] }[
    process.platform as 'darwin' | 'win32'
  ] ?? ['xdg-open'];
  const child = spawn(command as string, [...args, file], {
    stdio: 'ignore',
    detached: true,
    env: ownEnvironment(),
  });
  const ended = new Promise<string | null>((resolve) => {
    child.once('error', () => resolve('No browser could be opened.'));
    child.once('exit', (code) => resolve(code === 0 ? null : 'No browser was opened.'));
    setTimeout(() => resolve(null), REFUSAL_MS).unref();
  });
  const trouble = await ended;
  child.unref();
  return trouble;
}
