import { askConfirmed, client } from '../api/client.ts';
import { queryClient } from '../api/queries.ts';
import { DangerDialog } from '../ui/overlays/dialog.tsx';
import { showToast } from '../ui/overlays/toasts.tsx';
import { formatAgo } from '../ui/time.ts';
import type { ApiKey } from './api-keys-query.ts';

export function DeleteApiKeyDialog({ apiKey, onClose }: { apiKey: ApiKey; onClose: () => void }) {
  const remove = async () => {
    await askConfirmed(() => client.DELETE('/api-keys/{id}', { params: { path: { id: apiKey.id } } }));
    await queryClient.invalidateQueries({ queryKey: ['api-keys'] });
    showToast({ title: `API key ${apiKey.name} is deleted` });
  };
  return (
    <DangerDialog
      isOpen
      onClose={onClose}
      title="Delete this API key?"
      action="Delete API key"
      keep="Keep it"
      onConfirm={remove}
    >
      <p className="[overflow-wrap:anywhere]">
        <b dir="auto">{apiKey.name}</b> stops working at once, wherever it is used.{' '}
        {apiKey.last_used_at === null
          ? 'It was never used.'
          : `It was last used ${formatAgo(Date.parse(apiKey.last_used_at))}.`}
      </p>
      <p>It cannot be brought back. To stop it for a while, switch it off instead.</p>
    </DangerDialog>
  );
}
