import { ask, client } from '../api/client.ts';
import { saveFile } from '../ui/save-file.ts';
import { formatFileDay } from '../ui/time.ts';

/** The report of the newest check, made first where there is none. It holds names and figures, never a value. */
export async function exportReport(instanceName: string): Promise<void> {
  const known = await ask(client.GET('/vault/doctor'));
  const report =
    known.finished_at === null
      ? await ask(client.POST('/vault/doctor', { params: { query: { wait: 'true' } } }))
      : known;
  const at = report.finished_at ?? Date.now();
  const content = JSON.stringify({ instance: instanceName, ...report }, null, 2);
  saveFile(`temps-secrets-${formatFileDay(at)}.json`, `${content}\n`, 'application/json');
}
