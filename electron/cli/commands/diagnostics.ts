import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Command, findText, withClient } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { exitCodes } from '../exit-code.ts';

export const commands: Record<string, Command> = {
  diagnostics: {
    usage: 'diagnostics [--to FILE]',
    summary:
      'Shows the diagnostics for a bug report: all that the file holds. --to saves them as a new file.',
    notes: 'Versions, counts and states. No value, no key, no address, and no name that a person gave.',
    options: { to: { type: 'string' } },
    async run(invocation) {
      const to = findText(invocation, 'to');
      return await withClient(invocation, async (client) => {
        const bundle = await client.get('/diagnostics');
        const text = `${JSON.stringify(bundle, null, 2)}\n`;
        if (to === undefined) {
          invocation.print(bundle, () => text.trimEnd());
          return exitCodes.done;
        }
        const path = resolve(to);
        save(path, text);
        invocation.print({ path }, () => `Saved to ${path}. Look at it before you send it.`);
        return exitCodes.done;
      });
    },
  },
};

/** Never over a file that is there. */
function save(path: string, text: string): void {
  try {
    writeFileSync(path, text, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new CommandError(
      'place_unusable',
      code === 'EEXIST'
        ? `${path} is there already. Give another name.`
        : `${path} cannot be written (${code}).`,
    );
  }
}
