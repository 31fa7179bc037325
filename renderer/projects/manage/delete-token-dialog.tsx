import { ask, client } from '../../api/client.ts';
import { queryClient } from '../../api/queries.ts';
import { DangerDialog } from '../../ui/overlays/dialog.tsx';
import { showToast } from '../../ui/overlays/toasts.tsx';
import { formatAgo } from '../../ui/time.ts';
import type { Token } from '../project-queries.ts';

interface DeleteTokenDialogProps {
  project: string;
  token: Token;
  onClose: () => void;
}

export function DeleteTokenDialog({ project, token, onClose }: DeleteTokenDialogProps) {
  const remove = async () => {
    await ask(
      client.DELETE('/projects/{project}/deployment-tokens/{id}', {
        params: { path: { project, id: token.id } },
      }),
    );
    await queryClient.invalidateQueries({ queryKey: ['projects'] });
    showToast({ title: `Token ${token.name} is deleted` });
  };
  return (
    <DangerDialog
      isOpen
      onClose={onClose}
      title="Delete this token?"
      action="Delete token"
      keep="Keep it"
      onConfirm={remove}
    >
      <p className="[overflow-wrap:anywhere]">
        <b dir="auto">{token.name}</b> stops working at once, wherever it is used.{' '}
        {token.last_used_at === null
          ? 'It was never used.'
          : `It was last used ${formatAgo(Date.parse(token.last_used_at))}.`}
      </p>
      <p>It cannot be brought back. A new token has another text.</p>
    </DangerDialog>
  );
}
