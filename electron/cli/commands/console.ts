import { spawn } from 'node:child_process';
import { type Command, type Invocation, withClient } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { exitCodes } from '../exit-code.ts';
import { ownEnvironment } from '../own-environment.ts';

export const commands: Record<string, Command> = {
  console: {
    usage: 'console [--print]',
    summary: 'Opens the console as the owner of this machine, with a one-time link.',
    notes: 'With --print the link is printed instead. The instance must be running.',
    options: { print: { type: 'boolean' } },
    run: openConsole,
  },
};

async function openConsole(invocation: Invocation): Promise<number> {
  return await withClient(invocation, async (client) => {
    if (!client.isRemote)
      throw new CommandError(
        'not_found',
        'The instance is not running. Start it with temps-desktop serve, then open the console.',
      );
    if (invocation.values.print || invocation.json) {
      const link = await client.post('/links');
      const { https_url: base } = await client.get('/doors');
      const url = `${base}${link.path}`;
      invocation.print({ url, purpose: link.purpose }, () => url);
      return exitCodes.done;
    }
    const { file } = await client.post('/links/file');
    openInBrowser(file);
    process.stderr.write('If no browser opens, or it may not read the file: temps-desktop console --print\n');
    return exitCodes.done;
  });
}

/**
 * SECURITY: every account of the machine sees the arguments of a program. This one gets a file that only this account
 * can read; the instance wrote it, and removes it.
 */
function openInBrowser(file: string): void {
  const [command, ...args] = { darwin: ['open'], win32: ['rundll32', 'url.dll,FileProtocolHandler'] }[
    process.platform as 'darwin' | 'win32'
  ] ?? ['xdg-open'];
  const child = spawn(command as string, [...args, file], {
    stdio: 'ignore',
    detached: true,
    env: ownEnvironment(),
  });
  child.once('error', () =>
    process.stderr.write(`No browser could be opened. Use: temps-desktop console --print\n`),
  );
  child.unref();
}
