import type { Schemas } from '../api-request.ts';
import { type Command, findText, formatTable, type Invocation, withClient } from '../command.ts';
import { CommandError, usageError } from '../command-error.ts';
import { exitCodes } from '../exit-code.ts';
import { askLine, hasTerminal } from '../prompt.ts';
import { clearValue, describeKept, setValue } from '../settings/setting-values.ts';

type Strength = Schemas['LockStrength'];

export const commands: Record<string, Command> = {
  'settings show': {
    usage: 'settings show [--all]',
    summary:
      'Shows the settings of the instance, and what is stored for deployments; --all also what is not set.',
    options: { all: { type: 'boolean' } },
    async run(invocation) {
      return await withClient(invocation, async (client) => {
        const settings = await client.get('/settings');
        const isAll = invocation.values.all === true;
        invocation.print(settings, () => [describe(settings), ...describeKept(settings, isAll)].join('\n'));
        return exitCodes.done;
      });
    },
  },
  'settings set': {
    usage: 'settings set NAME VALUE',
    summary: 'Sets one setting, such as instance_name, external_url or rate_limiting.enabled.',
    notes:
      'settings show --all lists the names. VALUE is a text, a number, on or off; several of a list are separated by commas. What only deployments use is stored, and the answer says that it is not applied yet.',
    positionals: [2, 2],
    async run(invocation) {
      return await withClient(invocation, async (client) => {
        await setValue(invocation, client);
        return exitCodes.done;
      });
    },
  },
  'settings clear': {
    usage: 'settings clear NAME',
    summary:
      'Clears a setting that is stored for deployments, or a part of one: it is as if nobody had set it.',
    positionals: [1, 1],
    async run(invocation) {
      return await withClient(invocation, async (client) => {
        await clearValue(invocation, client);
        return exitCodes.done;
      });
    },
  },
  'settings auto-lock': {
    usage: 'settings auto-lock [MINUTES|off] [--strength console|vault] [--with-screen on|off] [--yes]',
    summary: 'Locks what nobody used for a while; without arguments, shows what is set and what would wait.',
    notes:
      'console (the default): sessions and the desktop window, until their password is entered.\n' +
      'vault: those, and once nobody at all is there the key is removed from memory. What waits then is listed first, and asked about; --yes skips the question.\n' +
      '--with-screen on: the vault also locks when the screen of this computer does, where the desktop app hears of it.\n' +
      'The command line is not locked: it belongs to the account of this machine.',
    options: { strength: { type: 'string' }, 'with-screen': { type: 'string' }, yes: { type: 'boolean' } },
    positionals: [0, 1],
    async run(invocation) {
      const minutes = parseMinutes(invocation.positionals[0]);
      const strength = parseStrength(findText(invocation, 'strength'));
      const withScreen = parseWithScreen(findText(invocation, 'with-screen'));
      return await withClient(invocation, async (client) => {
        if (minutes !== undefined || strength !== undefined || withScreen !== undefined) {
          const before = await client.get('/settings/auto-lock');
          const wanted = {
            minutes: minutes === undefined ? before.minutes : minutes,
            strength: strength ?? before.strength,
            with_screen: withScreen ?? before.with_screen,
          };
          if (withScreen === true && !before.with_screen) requireScreen(invocation, before);
          // What was chosen before is not asked about again.
          if (locksVault(wanted) && !locksVault(before)) await agree(invocation, before);
          await client.put('/settings', {
            body: {
              auto_lock_minutes: wanted.minutes,
              auto_lock_strength: wanted.strength,
              lock_with_screen: wanted.with_screen,
            },
          });
        }
        const autoLock = await client.get('/settings/auto-lock');
        invocation.print(autoLock, () => describeAutoLock(autoLock));
        return exitCodes.done;
      });
    },
  },
};

/** Undefined to leave it as it is; null for off. */
function parseMinutes(text: string | undefined): number | null | undefined {
  if (text === undefined) return undefined;
  if (text === 'off') return null;
  const minutes = Number(text);
  if (!/^\d+$/.test(text) || minutes < 1 || minutes > 1440)
    throw usageError('MINUTES must be a number from 1 to 1440, or off.');
  return minutes;
}

function parseStrength(text: string | undefined): Strength | undefined {
  if (text === undefined || text === 'console' || text === 'vault') return text;
  throw usageError('--strength must be console or vault.');
}

function parseWithScreen(text: string | undefined): boolean | undefined {
  if (text === undefined) return undefined;
  if (text === 'on' || text === 'off') return text === 'on';
  throw usageError('--with-screen must be on or off.');
}

type Chosen = Pick<Schemas['AutoLock'], 'minutes' | 'strength' | 'with_screen'>;
const locksVault = ({ minutes, strength, with_screen }: Chosen) =>
  with_screen || (minutes !== null && strength === 'vault');

/** Nobody is asked to agree to what does nothing. */
function requireScreen({ values }: Invocation, { screen, screen_available }: Schemas['AutoLock']): void {
  if (screen_available || values.yes) return;
  throw new CommandError(
    'conflict',
    `${screen} Nothing was changed. To set it all the same, for the desktop app, add --yes.`,
  );
}

/** What will wait is said before it does. Throws for an answer that is not yes. */
async function agree({ values }: Invocation, autoLock: Schemas['AutoLock']): Promise<void> {
  if (values.yes) return;
  process.stderr.write(`${describeWaiting(autoLock)}\n`);
  if (!hasTerminal())
    throw new CommandError(
      'confirmation_required',
      'Nothing was changed. To go ahead, repeat this with --yes.',
    );
  const typed = await askLine('Type yes to have the vault lock by itself: ');
  if (typed.trim().toLowerCase() !== 'yes')
    throw new CommandError('confirmation_required', 'Nothing was changed.');
}

function describe(settings: Schemas['Settings']): string {
  const { auto_lock_minutes: minutes, auto_lock_strength: strength, lock_with_screen } = settings;
  return formatTable([
    ['Name', settings.instance_name],
    ['HTTPS names', settings.https_names.join(', ') || null],
    ['Sign out after', `${settings.session_days} days`],
    ['Keep activity for', `${settings.activity_days} days`],
    ['Automatic lock', minutes === null ? 'off' : `after ${minutes} min, ${strength}`],
    ['Lock with the screen', lock_with_screen ? 'on' : 'off'],
  ]);
}

function describeAutoLock(autoLock: Schemas['AutoLock']): string {
  const { minutes, says, window, screen } = autoLock;
  return [
    says,
    ...(minutes !== null && window !== null ? [window] : []),
    `Lock with the screen: ${screen}`,
    '',
    describeWaiting(autoLock),
  ].join('\n');
}

function describeWaiting({ waits, reopening }: Schemas['AutoLock']): string {
  const lines = waits.map(({ title, schedule, next_at }) => {
    const when = next_at === null ? schedule : `next ${new Date(next_at).toISOString()}`;
    return `  ${title}${when === null ? '' : ` (${when})`}`;
  });
  return ['While the vault is locked, this waits:', ...lines, reopening].join('\n');
}
