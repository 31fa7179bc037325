import type { Schemas } from '../api-request.ts';
import { type Command, formatTable, withClient } from '../command.ts';
import { exitCodes } from '../exit-code.ts';

export const commands: Record<string, Command> = {
  doctor: {
    usage: 'doctor',
    summary: 'Opens every secret and names those that do not open. Exit code 0 only when all do.',
    async run(invocation) {
      return await withClient(invocation, async (client) => {
        const report = await client.post('/vault/doctor', { query: { wait: 'true' } });
        invocation.print(report, () => describeDoctor(report));
        if (report.failed === 0) return exitCodes.done;
        const { state } = await client.get('/vault/status');
        return state === 'locked' ? exitCodes.locked : exitCodes.failed;
      });
    },
  },
};

const failureReasons: Record<Schemas['DoctorFailureReason'], string> = {
  damaged: 'damaged',
  key_missing: 'its key is not here',
  row_missing: 'its value is gone from the database',
};

function describeDoctor(report: Schemas['DoctorReport']): string {
  const lines = report.failures.map(({ id, kind, reason, owner }) => [
    kind,
    failureReasons[reason],
    owner?.title ?? 'owned by nothing',
    id,
  ]);
  return [
    `${report.opened} of ${report.total} secrets open.`,
    ...(lines.length > 0 ? [formatTable(lines)] : []),
  ].join('\n');
}
