import { Copy, FolderInput, FolderSymlink } from 'lucide-react';
import { askConfirmed, client } from '../../api/client.ts';
import { useApiMutation } from '../../api/mutation.ts';
import { queryClient } from '../../api/queries.ts';
import { useIsOwner } from '../../app/session.ts';
import { Button } from '../../ui/button.tsx';
import { FormError } from '../../ui/form/form-error.tsx';
import { BecomeOwner } from '../../vault-state/become-owner.tsx';
import { nameCustody } from '../../vault-state/custody-words.ts';
import { type VaultStatus, vaultQuery } from '../../vault-state/vault.ts';

type Answer = 'moved' | 'copied';

/** The data directory is not where its keychain entries were made for: only its owner knows why. */
export function RelocationQuestion({ vault }: { vault: VaultStatus }) {
  const isOwner = useIsOwner();
  const settle = useApiMutation(
    (answer: Answer) => askConfirmed(() => client.POST('/vault/relocation', { body: { answer } })),
    { changes: 'everything', onDone: (status) => queryClient.setQueryData(vaultQuery.queryKey, status) },
  );
  if (!vault.relocation) return null;
  const { from, is_original_there: isOriginalThere } = vault.relocation;
  return (
    <section className="card card-pad grid grid-cols-1 gap-4" aria-label="Moved or copied">
      <div className="flex min-w-0 gap-3">
        <FolderInput className="icon icon-20" aria-hidden="true" />
        <div className="min-w-0">
          <h2>Was this data directory moved or copied?</h2>
          <p className="text-text-2 [overflow-wrap:anywhere]">
            Its key is in {nameCustody(vault.custody)}, stored there for another directory in{' '}
            <span className="mono">{from}</span>
            {isOriginalThere ? ', which is still there: this one is a copy' : ''}. A copy gets entries of its
            own, so that nothing it does to its key can lock the original.
          </p>
          {!isOwner && (
            <>
              <p>Only the owner of this machine can answer.</p>
              <BecomeOwner />
            </>
          )}
        </div>
      </div>
      {isOwner && (
        <div className="flex flex-wrap gap-2">
          <Button
            kind="main"
            icon={Copy}
            isBusy={settle.isPending}
            onClick={() => settle.mutate('copied')}
            autoFocus
          >
            It is a copy
          </Button>
          {!isOriginalThere && (
            <Button icon={FolderSymlink} isBusy={settle.isPending} onClick={() => settle.mutate('moved')}>
              It was moved or restored
            </Button>
          )}
        </div>
      )}
      <FormError mutation={settle} />
    </section>
  );
}
