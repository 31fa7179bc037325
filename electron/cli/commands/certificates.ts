import type { Schemas } from '../api-request.ts';
import { type Command, withClient } from '../command.ts';
import { exitCodes } from '../exit-code.ts';

export const commands: Record<string, Command> = {
  certificates: {
    usage: 'certificates',
    summary: 'The local certificate authority: what it may vouch for, until when, and which one takes over.',
    notes:
      'Devices that trust it show no warning. Its certificate is at /api/ca.pem, the next one at /api/ca-next.pem.',
    async run(invocation) {
      return await withClient(invocation, async (client) => {
        const authorities = await client.get('/certificates/authorities');
        invocation.print(authorities, () => describe(authorities));
        return exitCodes.done;
      });
    },
  },
};

function describe({ current, next }: Schemas['LocalAuthorities']): string {
  const lines = [
    `Authority  ${current.sha256}`,
    `Until      ${formatDate(current.not_after)}`,
    `May vouch  ${current.permitted?.join(', ') ?? 'for every name: an authority of the first release'}`,
  ];
  if (next)
    lines.push(
      `Next       ${next.sha256}`,
      `           takes over on ${formatDate(next.takes_over_at)}: trust it on every device before that day, then remove the old one`,
    );
  return lines.join('\n');
}

const formatDate = (ms: number) => new Date(ms).toISOString().slice(0, 10);
