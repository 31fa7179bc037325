import type { Schemas } from '../api-request.ts';
import type { Client } from '../client.ts';
import { type Command, findText, formatTable, type Invocation, withClient } from '../command.ts';
import { CommandError, usageError } from '../command-error.ts';
import { exitCodes } from '../exit-code.ts';
import { describeDrive } from './drive-words.ts';

type Schedule = Schemas['BackupSchedule'];
type Destination = Schemas['BackupDestination'];

const USAGE =
  'backup schedules add (--daily HH:MM | --weekly DAY-HH:MM | --every HOURSh | --cron "FIELDS" | --when-plugged-in) [--to NAME] [--name NAME] | list | enable NAME | disable NAME | remove NAME';

export const scheduleCommands: Record<string, Command> = {
  'backup schedules': {
    usage: USAGE,
    summary: 'Says when backups are made without being asked for.',
    notes:
      'Times are of the time zone of this machine. --weekly takes a day such as sun-03:00; --every takes 1h, 2h, 3h, 4h, 6h, 8h or 12h; --cron takes five fields of cron, or six with seconds first. --when-plugged-in is for a folder on a stick, another disk or a share: a backup is made each time that its drive appears, also if it was plugged in while this was off; plugged in again within an hour of the last, it makes no other, and none while it stays. What was missed while the machine slept or was off is made up for once. While the vault is locked a backup waits. One that fails is tried again after five minutes, then later and later.',
    options: {
      daily: { type: 'string' },
      weekly: { type: 'string' },
      every: { type: 'string' },
      cron: { type: 'string' },
      'when-plugged-in': { type: 'boolean' },
      to: { type: 'string' },
      name: { type: 'string' },
    },
    positionals: [1, 2],
    run: changeSchedules,
  },
};

async function changeSchedules(invocation: Invocation): Promise<number> {
  const [what = '', name] = invocation.positionals;
  const changes: Record<string, (client: Client) => Promise<void>> = {
    add: (client) => addSchedule(invocation, client),
    list: (client) => listSchedules(invocation, client),
    enable: (client) => switchSchedule(invocation, client, name, 'enable'),
    disable: (client) => switchSchedule(invocation, client, name, 'disable'),
    remove: (client) => removeSchedule(invocation, client, name),
  };
  const change = Object.hasOwn(changes, what) ? changes[what] : undefined;
  if (!change) throw usageError(`usage: temps-desktop ${USAGE}`);
  if (what === 'add') readTimes(invocation);
  return await withClient(invocation, async (client) => {
    await change(client);
    return exitCodes.done;
  });
}

async function addSchedule(invocation: Invocation, client: Client): Promise<void> {
  const { word, cron } = readTimes(invocation);
  const { destinations } = await client.get('/backups/destinations');
  const destination = chooseDestination(destinations, findText(invocation, 'to'));
  const added = await client.post('/backups/schedules', {
    body: {
      name: findText(invocation, 'name') ?? `${destination.name}-${word}`,
      s3_source_id: destination.id,
      schedule_expression: cron,
    },
  });
  invocation.print(
    added,
    () => `Added ${added.name}: a backup at ${added.destination} ${added.summary}, ${sayNext(added)}.`,
  );
}

function chooseDestination(destinations: readonly Destination[], name: string | undefined): Destination {
  const [only] = destinations;
  if (!only)
    throw new CommandError(
      'not_found',
      'There is no backup destination yet: temps-desktop backup destinations add folder PATH.',
    );
  if (name === undefined && destinations.length === 1) return only;
  const found = destinations.find((destination) => destination.name === name);
  if (found) return found;
  const names = destinations.map((destination) => destination.name).join(', ');
  throw name === undefined
    ? usageError(`There are several destinations: give --to, one of ${names}.`)
    : new CommandError('not_found', `There is no backup destination ${name}. There are: ${names}.`);
}

interface Times {
  /** For a name where none was given. */
  word: string;
  cron: string;
}

/** Each way that times are given; null for a text that is not of its form. */
const forms: Record<string, { example: string; read(text: string): Times | null }> = {
  daily: {
    example: '--daily 03:00',
    read(text) {
      const time = readTime(text);
      return time === null ? null : { word: 'daily', cron: `${time} * * *` };
    },
  },
  weekly: {
    example: '--weekly sun-03:00',
    read(text) {
      const [, day = '', rest = ''] = /^(sun|mon|tue|wed|thu|fri|sat)-(.*)$/i.exec(text) ?? [];
      const time = readTime(rest);
      return time === null ? null : { word: 'weekly', cron: `${time} * * ${day.toLowerCase()}` };
    },
  },
  every: {
    example: '--every 6h',
    read(text) {
      const hours = Number(/^(\d{1,2})h$/.exec(text)?.[1]);
      // Others do not come at equal distances, day after day.
      if (![1, 2, 3, 4, 6, 8, 12].includes(hours)) return null;
      return { word: `every-${hours}h`, cron: hours === 1 ? '0 * * * *' : `0 */${hours} * * *` };
    },
  },
  cron: { example: '--cron "0 3 * * *"', read: (text) => ({ word: 'schedule', cron: text }) },
};

const PLUGGED_IN = '@plugged-in';
const whenPluggedIn: Times = { word: 'plugged-in', cron: PLUGGED_IN };

function readTimes(invocation: Invocation): Times {
  const given = Object.entries(forms).flatMap(([option, form]) => {
    const text = findText(invocation, option);
    return text === undefined ? [] : [{ form, text }];
  });
  const [only] = given;
  const isPluggedIn = invocation.values['when-plugged-in'] === true;
  if (isPluggedIn && !only) return whenPluggedIn;
  if (!only || given.length > 1 || isPluggedIn)
    throw usageError(
      `Say when, in one way: ${Object.values(forms)
        .map(({ example }) => example)
        .join(', ')}, --when-plugged-in.`,
    );
  const times = only.form.read(only.text);
  if (!times) throw usageError(`${only.text} is no such time. An example: ${only.form.example}.`);
  return times;
}

/** "03:05" → "5 3", minute and hour of cron; null for what is no time. */
function readTime(text: string): string | null {
  const [, hour, minute] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
  return hour === undefined ? null : `${Number(minute)} ${Number(hour)}`;
}

/** What comes next of one that is enabled, after what it is. */
const sayNext = ({ schedule_expression, next_run }: Schedule): string =>
  schedule_expression === PLUGGED_IN ? 'and now if it is there' : `next ${formatWhen(next_run)}`;

/** "2026-06-02 03:00", in the time zone of the machine. */
function formatWhen(ms: number | null): string {
  return ms === null ? '–' : new Date(ms).toLocaleString('sv-SE', { dateStyle: 'short', timeStyle: 'short' });
}

async function listSchedules(invocation: Invocation, client: Client): Promise<void> {
  const schedules = await client.get('/backups/schedules');
  invocation.print(schedules, () =>
    schedules.length === 0
      ? 'No schedules yet: backups are made when you ask for them.'
      : formatTable(
          schedules.map((schedule) => [
            schedule.name,
            schedule.destination,
            schedule.summary,
            describeNext(schedule),
            describeLast(schedule),
          ]),
        ),
  );
}

function describeNext({ enabled, is_paused, waits_for_key, next_run, drive }: Schedule): string {
  if (!enabled) return 'disabled';
  if (is_paused) return 'waits: another computer makes backups, see backup writers list';
  if (waits_for_key) return 'due, waits until the vault is unlocked';
  return drive === null ? `next ${formatWhen(next_run)}` : describeDrive(drive);
}

function describeLast({ last_run, last_error }: Schedule): string {
  if (last_run === null) return 'not run yet';
  return `last ${formatWhen(last_run)}${last_error ? `, failed: ${last_error.detail}` : ''}`;
}

async function getSchedule(client: Client, name: string | undefined): Promise<Schedule> {
  if (name === undefined) throw usageError('Give the name of a schedule; backup schedules list shows them.');
  const found = (await client.get('/backups/schedules')).find((schedule) => schedule.name === name);
  if (!found)
    throw new CommandError('not_found', `There is no schedule ${name}; backup schedules list shows them.`);
  return found;
}

async function switchSchedule(
  invocation: Invocation,
  client: Client,
  name: string | undefined,
  how: 'enable' | 'disable',
): Promise<void> {
  const { id } = await getSchedule(client, name);
  const changed = await client.patch(`/backups/schedules/{id}/${how}`, { path: { id } });
  invocation.print(changed, () =>
    changed.enabled
      ? `${changed.name} is enabled: a backup ${changed.summary}, ${sayNext(changed)}.`
      : `${changed.name} is disabled: it makes no more backups.`,
  );
}

async function removeSchedule(
  invocation: Invocation,
  client: Client,
  name: string | undefined,
): Promise<void> {
  const { id } = await getSchedule(client, name);
  await client.delete('/backups/schedules/{id}', { path: { id } });
  invocation.print({ removed: name }, () => `Removed ${name}. The backups it made stay.`);
}
