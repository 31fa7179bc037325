import type { Client } from '../client.ts';
import { CommandError, usageError } from '../command-error.ts';
import { askHidden, isShownToPerson, showUntilEnter } from '../prompt.ts';

/** SECURITY: a recovery key is shown on a terminal, and never written to a pipe or a log. */
export function requireTerminal(): void {
  if (!isShownToPerson())
    throw usageError(
      'A recovery key is shown once, which needs a terminal. In a script, make one with age-keygen and give its recipient: --recipient age1….',
    );
}

/** Shows a new recovery key once, and asks for its end until it is the right one. Returns its recipient. */
export async function createRecoveryKey(client: Client): Promise<string> {
  const { id, identity, recipient } = await client.post('/backups/recovery-recipients');
  await showUntilEnter(
    `\nThe recovery key, shown only once:\n\n  ${identity}\n\nIt decrypts backups without the key of this instance: names, accounts and plain values, but no secret.\n`,
    'Keep it apart from this computer and from the backups, on paper or in a password manager, then press Enter. You will be asked for its end. ',
  );
  for (;;) {
    const end = await askHidden('The last 8 letters and digits of the recovery key: ');
    try {
      await client.post('/backups/recovery-recipients/{id}/verify', {
        path: { id },
        body: { identity: end },
      });
      // Also for who has to give it again, since what comes next was refused.
      process.stderr.write(`Verified. Its recipient is ${recipient}.\n`);
      return recipient;
    } catch (error) {
      if (!(error instanceof CommandError) || error.code !== 'copy_not_proven') throw error;
      process.stderr.write(`${error.message}\n`);
    }
  }
}
