import { askConfirmed, client } from '../api/client.ts';
import { useApiMutation } from '../api/mutation.ts';
import { ConfirmDialog } from '../ui/overlays/confirm-dialog.tsx';
import { showToast } from '../ui/overlays/toasts.tsx';
import { formatAgo } from '../ui/time.ts';
import type { ApiKey } from './api-keys-query.ts';

export function DeleteApiKeyDialog({ apiKey, onClose }: { apiKey: ApiKey; onClose: () => void }) {
  const remove = useApiMutation(
    () => askConfirmed(() => client.DELETE('/api-keys/{id}', { params: { path: { id: apiKey.id } } })),
    {
      changes: ['api-keys'],
      onDone: () => {
        onClose();
        showToast({ title: `API key ${apiKey.name} is deleted` });
      },
    },
  );
  return (
    <ConfirmDialog
      title="Delete this API key?"
      action="Delete API key"
      keep="Keep it"
      mutation={remove}
      onClose={onClose}
    >
      <p className="[overflow-wrap:anywhere]">
        <b dir="auto">{apiKey.name}</b> stops working at once, wherever it is used.{' '}
        {apiKey.last_used_at === null
          ? 'It was never used.'
          : `It was last used ${formatAgo(Date.parse(apiKey.last_used_at))}.`}
      </p>
      <p>It cannot be brought back. To stop it for a while, switch it off instead.</p>
    </ConfirmDialog>
  );
}
