import type { Schemas } from '../api-request.ts';
import { type Command, formatCount, formatSecrets, formatTable, withClient } from '../command.ts';
import { describeEnding } from '../env/ends.ts';
import { exitCodes } from '../exit-code.ts';
import { countPlainSecrets, describePlainSecrets } from '../plain-secret-words.ts';

export const commands: Record<string, Command> = {
  doctor: {
    usage: 'doctor',
    summary:
      'Decrypts every secret as a check and names those that fail, checks that the audit log is as it was written, and names plain variables that look like secrets, and variables that end within 30 days. Exits with 0 only if all is well.',
    async run(invocation) {
      return await withClient(invocation, async (client) => {
        const report = await client.post('/vault/doctor', { query: { wait: 'true' } });
        const plain = await client.get('/plain-secrets');
        const ending = await client.get('/ending-variables');
        const data = { ...report, plain_secrets: plain.variables, ending_variables: ending.variables };
        invocation.print(data, () =>
          [describeDoctor(report), ...describePlain(plain), ...describeEnds(ending)].join('\n'),
        );
        if (report.activity?.broken_at != null) return exitCodes.failed;
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
  const { total, versions, failed, failed_versions: failedVersions } = report;
  const lines = report.failures.map(({ id, kind, reason, owner }) => [
    kind,
    failureReasons[reason],
    owner?.title ?? 'not used by anything',
    id,
  ]);
  return [
    `${report.opened} of ${formatCount(total, 'value')} can be decrypted: ${formatSecrets(total - versions, versions)} were checked.`,
    ...(failed > 0 ? [`${formatSecrets(failed - failedVersions, failedVersions)} cannot be decrypted:`] : []),
    ...(lines.length > 0 ? [formatTable(lines)] : []),
    ...(report.activity ? [describeActivity(report.activity)] : []),
  ].join('\n');
}

function describePlain(plain: Schemas['PlainSecrets']): string[] {
  if (plain.variables.length === 0) return [];
  return [
    `${countPlainSecrets(plain)}. Encrypt with temps-desktop env encrypt, or leave one plain with env plain leave KEY:`,
    describePlainSecrets(plain.variables),
  ];
}

function describeEnds({ variables, has_more }: Schemas['EndingVariables']): string[] {
  if (variables.length === 0) return [];
  const count = `${formatCount(variables.length, 'variable')}${has_more ? ' and more' : ''}`;
  const verbs = variables.length === 1 ? 'ends within 30 days, or ended' : 'end within 30 days, or ended';
  return [`${count} ${verbs}:`, describeEnding(variables)];
}

function describeActivity({ lines, removed, broken_at }: Schemas['ActivityCheck']): string {
  if (broken_at !== null)
    return `The audit log is not as it was written: line ${broken_at} does not follow from those before it.`;
  const before = removed === 0 ? '' : `, after ${removed} older ones that were removed`;
  return `The audit log is as it was written: ${formatCount(lines, 'line')}${before}.`;
}
