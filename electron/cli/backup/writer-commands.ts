import type { Schemas } from '../api-request.ts';
import { type Command, formatCount, formatTable, type Invocation, withClient } from '../command.ts';
import { usageError } from '../command-error.ts';
import { exitCodes } from '../exit-code.ts';

type Writer = Schemas['BackupWriter'];

const USAGE = 'backup writers list | gone ID | adopt ID';

export const writerCommands: Record<string, Command> = {
  'backup writers': {
    usage: USAGE,
    summary: 'Lists other computers whose backups of this instance were seen, or says what one is.',
    notes:
      'While another one makes backups, schedules wait. gone says that it makes no more; adopt says so too, and that the retention of a destination goes for its backups as for those made here.',
    positionals: [1, 2],
    run: changeWriters,
  },
};

async function changeWriters(invocation: Invocation): Promise<number> {
  const [what = '', id] = invocation.positionals;
  const verdicts = new Map([
    ['gone', 'gone'],
    ['adopt', 'adopted'],
  ] as const);
  const verdict = verdicts.get(what as 'gone');
  if (what !== 'list' && (verdict === undefined || id === undefined))
    throw usageError(`usage: temps-desktop ${USAGE}`);
  return await withClient(invocation, async (client) => {
    const { writers } =
      verdict === undefined || id === undefined
        ? await client.get('/backups/writers')
        : await client.post('/backups/writers/{id}/verdict', { path: { id }, body: { verdict } });
    invocation.print(writers, () =>
      writers.length === 0
        ? 'No backup that another computer made of this instance was seen.'
        : formatTable(writers.map(describeWriter)),
    );
    return exitCodes.done;
  });
}

const describeWriter = ({
  writer_id,
  newest_taken_at,
  newest_at,
  verdict,
  listed,
  pauses_schedules,
}: Writer) => [
  writer_id,
  `newest ${new Date(newest_taken_at).toISOString()}`,
  newest_at,
  `${formatCount(listed, 'backup')} in the list`,
  pauses_schedules
    ? 'schedules wait: say whether it is gone'
    : verdict === 'adopted'
      ? 'adopted'
      : `${verdict ?? 'from before'}; retention removes none unless adopted`,
];
