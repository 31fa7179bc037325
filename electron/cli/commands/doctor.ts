import type { Schemas } from '../api-request.ts';
import { type Command, formatTable, withClient } from '../command.ts';
import { exitCodes } from '../exit-code.ts';

export const commands: Record<string, Command> = {
  doctor: {
    usage: 'doctor',
    summary:
      'Decrypts every secret as a check and names those that fail. Exits with 0 only if all can be decrypted.',
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
  key_missing: 'its key is missing',
  row_missing: 'its value is missing from the database',
};

function describeDoctor(report: Schemas['DoctorReport']): string {
  const lines = report.failures.map(({ id, kind, reason, owner }) => [
    kind,
    failureReasons[reason],
    owner?.title ?? 'not used by anything',
    id,
  ]);
  return [
    `${report.opened} of ${report.total} secrets can be decrypted.`,
    ...(lines.length > 0 ? [formatTable(lines)] : []),
  ].join('\n');
}
