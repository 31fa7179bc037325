import { type Command, withClient } from '../command.ts';
import { usageError } from '../command-error.ts';
import { confirmLoss } from '../confirm-loss.ts';
import { exitCodes } from '../exit-code.ts';
import { describeFormer } from './former-words.ts';

/** What follows a restore; part of the group `backup`. */
export const commands: Record<string, Command> = {
  'backup old-computer': {
    usage: 'backup old-computer gone|runs',
    summary: 'Answers whether the computer that made the restored backup is gone.',
    notes:
      'Two computers with one identity overwrite each other’s backups. Until you say that the old one is gone, schedules of backups are paused here. With runs they stay paused.',
    positionals: [1, 1],
    async run(invocation) {
      const [answer] = invocation.positionals;
      if (answer !== 'gone' && answer !== 'runs')
        throw usageError('Say gone or runs: temps-desktop backup old-computer gone');
      return await withClient(invocation, async (client) => {
        await client.put('/backups/old-computer', { body: { answer } });
        invocation.print({ old_computer: answer }, () =>
          answer === 'gone'
            ? 'Noted. What was paused continues here. Destinations are looked at now: backups that the old computer made are listed, and retention never removes one unless you adopt them: temps-desktop backup writers list'
            : 'Noted. Schedules of backups stay paused here. Once the old computer is gone: temps-desktop backup old-computer gone',
        );
        return exitCodes.done;
      });
    },
  },
  'backup former': {
    usage: 'backup former [delete NAME [--yes]]',
    summary:
      'Lists databases that a restore replaced, and those kept before a new version or a rotation; or deletes one. Each is deleted by itself, the former after 30 days, the latter after 7.',
    notes:
      'restore --undo puts the newest of before a restore back, restore --undo NAME any other. delete asks first; --yes skips the question.',
    options: { yes: { type: 'boolean' } },
    positionals: [0, 2],
    async run(invocation) {
      const [act, name] = invocation.positionals;
      if (act !== undefined && (act !== 'delete' || name === undefined))
        throw usageError('usage: temps-desktop backup former [delete NAME [--yes]]');
      return await withClient(invocation, async (client) => {
        const { former_databases: former } = await client.get('/backups/restored');
        if (name === undefined) {
          invocation.print(former, () =>
            former.length === 0 ? 'No former database is kept.' : describeFormer(former),
          );
          return exitCodes.done;
        }
        await confirmLoss(invocation, {
          said: `${name} is deleted for good${former.find(({ why }) => why === 'restore')?.name === name ? ': the last restore cannot be undone then' : ''}.`,
          act: 'delete it',
          done: 'deleted',
        });
        await client.delete('/backups/former-databases/{name}', { path: { name } });
        invocation.print({ deleted: name }, () => 'Deleted.');
        return exitCodes.done;
      });
    },
  },
};
