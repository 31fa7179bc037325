import { ask, client } from '../api/client.ts';
import { downloadJson, formatFileDay } from '../ui/download.ts';

/** The report of the newest check, made first where there is none. It holds names and figures, never a value. */
export async function exportReport(instanceName: string): Promise<void> {
  const known = await ask(client.GET('/vault/doctor'));
  const report =
    known.finished_at === null
      ? await ask(client.POST('/vault/doctor', { params: { query: { wait: 'true' } } }))
      : known;
  const at = report.finished_at ?? Date.now();
  downloadJson(`temps-secrets-${formatFileDay(at)}.json`, { instance: instanceName, ...report });
}
