import { ask, client } from '../../api/client.ts';
import { useApiMutation } from '../../api/mutation.ts';
import { ConfirmDialog } from '../../ui/overlays/confirm-dialog.tsx';
import { showToast } from '../../ui/overlays/toasts.tsx';
import { formatAgo } from '../../ui/time.ts';
import type { Token } from '../project-queries.ts';

interface DeleteTokenDialogProps {
  project: string;
  token: Token;
  onClose: () => void;
}

export function DeleteTokenDialog({ project, token, onClose }: DeleteTokenDialogProps) {
  const remove = useApiMutation(
    () =>
      ask(
        client.DELETE('/projects/{project}/deployment-tokens/{id}', {
          params: { path: { project, id: token.id } },
        }),
      ),
    {
      changes: ['projects'],
      onDone: () => {
        onClose();
        showToast({ title: `Token ${token.name} is deleted` });
      },
    },
  );
  return (
    <ConfirmDialog
      title="Delete this token?"
      action="Delete token"
      keep="Keep it"
      mutation={remove}
      onClose={onClose}
    >
      <p className="[overflow-wrap:anywhere]">
        <b dir="auto">{token.name}</b> stops working at once, wherever it is used.{' '}
        {token.last_used_at === null
          ? 'It was never used.'
          : `It was last used ${formatAgo(Date.parse(token.last_used_at))}.`}
      </p>
      <p>It cannot be brought back. A new token has another text.</p>
    </ConfirmDialog>
  );
}
