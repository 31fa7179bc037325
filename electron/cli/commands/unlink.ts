import type { Command } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { LINK_FILE, removeFolderLink } from '../env/folder-link.ts';
import { exitCodes } from '../exit-code.ts';

export const commands: Record<string, Command> = {
  unlink: {
    usage: 'unlink',
    summary: `Removes ${LINK_FILE} from this folder.`,
    async run(invocation) {
      if (!removeFolderLink())
        throw new CommandError('not_found', `There is no ${LINK_FILE} in this folder.`);
      invocation.print({ removed: LINK_FILE }, () => `Removed ${LINK_FILE}.`);
      return exitCodes.done;
    },
  },
};
