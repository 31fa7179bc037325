import { askConfirmed, client } from '../../api/client.ts';

/** An environment as `.env` text, every value in it. Throws `vault_locked`, `secret_unreadable`, `ConfirmationDeclined`. */
export function exportFile(project: string, environmentId: number): Promise<string> {
  return askConfirmed(async () => {
    const answer = await client.GET('/projects/{project}/variables/export', {
      params: { path: { project }, query: { environment: String(environmentId) } },
      parseAs: 'text',
    });
    return answer.response.ok ? { ...answer, data: answer.data ?? '' } : answer;
  });
}
