import type { Schemas } from '../api-request.ts';
import { type Command, formatSecrets, withClient } from '../command.ts';
import { listEndingLines } from '../env/ends.ts';
import { exitCodes } from '../exit-code.ts';
import { describeHealth, hasNothingToLose } from '../health-words.ts';
import { describeRotation } from '../key/rotation-words.ts';
import { describeUnusual } from '../read-words.ts';

export const commands: Record<string, Command> = {
  status: {
    usage: 'status',
    summary: 'Shows the state of the instance and its key.',
    async run(invocation) {
      return await withClient(invocation, async (client) => {
        const status = await client.get('/vault/status');
        // Of a damaged database the rest is told all the same.
        const { unusual } = await client.get('/secret-reads/unusual').catch(() => ({ unusual: [] }));
        const ending = await client
          .get('/ending-variables')
          .catch(() => ({ variables: [], has_more: false }));
        const restored = await client.get('/backups/restored').catch(() => null);
        const data = {
          ...status,
          running: client.isRemote,
          unusual_reads: unusual,
          ending_variables: ending.variables,
          restored,
        };
        const isRunning = client.isRemote;
        invocation.print(data, () =>
          describe({ status, unusual, ending, restored, isRunning, dataDir: invocation.dataDir }),
        );
        if (status.state === 'locked') return exitCodes.locked;
        return status.database.state === 'ok' ? exitCodes.done : exitCodes.failed;
      });
    },
  },
};

interface Found {
  status: Schemas['VaultStatus'];
  unusual: readonly Schemas['UnusualRead'][];
  ending: Schemas['EndingVariables'];
  /** Null where a damaged database does not tell. */
  restored: Schemas['Restored'] | null;
  isRunning: boolean;
  dataDir: string;
}

function describe({ status, unusual, ending, restored, isRunning, dataDir }: Found): string {
  const rotation =
    status.rotation && ['staged', 'proven', 'sealing'].includes(status.rotation.state)
      ? status.rotation
      : null;
  return [
    `Instance  ${status.instance.name}, ${isRunning ? 'running' : 'not running'}, in ${dataDir}`,
    `Vault     ${status.state}${status.detail ? `: ${status.detail}` : ''}`,
    `Key       ${status.fingerprint ?? 'none yet'}${status.epoch === null ? '' : `, version ${status.epoch}`}, stored in ${status.custody.name} custody (${status.custody.place})`,
    `Secrets   ${formatSecrets(status.secrets.total, status.secrets.versions)}`,
    `Health    ${describeHealth(status.health)}`,
    ...status.health.reasons.map((reason) => `          ${reason.message}`),
    ...(status.health.recovery === null || hasNothingToLose(status.health)
      ? []
      : [`Recovery  ${status.health.recovery.sentence}`]),
    ...describeRestored(restored),
    ...(rotation ? [`Rotation  ${describeRotation(rotation)}`] : []),
    ...unusual.map((read) => `Unusual   ${describeUnusual(read)} env unusual dismiss ${read.id}`),
    ...listEndingLines(ending).map((line) => `Ends      ${line}`),
    ...(status.database.detail === null ? [] : [`Database  ${status.database.detail}`]),
    ...status.said.filter((line) => line !== status.database.detail).map((line) => `Note      ${line}`),
  ].join('\n');
}

function describeRestored(found: Schemas['Restored'] | null): string[] {
  if (!found?.restored) return [];
  const { taken_at, restored_at } = found.restored;
  return [
    `Restored  the backup of ${new Date(taken_at).toISOString()}, on ${new Date(restored_at).toISOString()}`,
    ...(found.waits_for_old_computer
      ? [
          '          Is the computer that made it gone? Schedules of backups are paused here until you say so: temps-desktop backup old-computer gone',
        ]
      : []),
  ];
}
