import type { Invocation } from './command.ts';
import { CommandError } from './command-error.ts';
import { askLine, hasTerminal } from './prompt.ts';
import { writeForPeople } from './terminal-text.ts';

interface Loss {
  /** What is lost, in words; said before it is. */
  said: string;
  /** `shred key version 1` */
  act: string;
  /** `shredded` */
  done: string;
}

/** Says what is lost and asks, unless --yes was given. Throws for an answer that is not yes, and without a terminal. */
export async function confirmLoss({ values }: Invocation, { said, act, done }: Loss): Promise<void> {
  writeForPeople(process.stderr, `${said}\n`);
  if (values.yes) return;
  if (!hasTerminal())
    throw new CommandError(
      'confirmation_required',
      `Nothing was ${done}. To go ahead, repeat this with --yes.`,
    );
  const typed = await askLine(`Type yes to ${act}: `);
  if (typed.trim().toLowerCase() !== 'yes')
    throw new CommandError('confirmation_required', `Nothing was ${done}.`);
}
