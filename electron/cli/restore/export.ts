import { resolve } from 'node:path';
import type { Schemas } from '../api-request.ts';
import type { Client } from '../client.ts';
import { formatSize, type Invocation, requireText, withClient } from '../command.ts';
import { exitCodes } from '../exit-code.ts';

/** Writes a backup of the list as one file. */
export async function exportBackup(
  invocation: Invocation,
  getBackup: (client: Client, invocation: Invocation) => Promise<Schemas['Backup']>,
): Promise<number> {
  const to = resolve(requireText(invocation, 'to'));
  return await withClient(invocation, async (client) => {
    const { id } = await getBackup(client, invocation);
    const exported = await client.post('/backups/{id}/export', { path: { id }, body: { path: to } });
    invocation.print(
      exported,
      () =>
        `Wrote ${exported.path}, ${formatSize(exported.size_bytes)}. On another computer: temps-desktop restore FILE --key COPY`,
    );
    return exitCodes.done;
  });
}
