import { Undo2 } from 'lucide-react';
import { useState } from 'react';
import { askConfirmed, client } from '../../api/client.ts';
import { useApiMutation } from '../../api/mutation.ts';
import { Button } from '../../ui/button.tsx';
import { FormError } from '../../ui/form/form-error.tsx';
import { ConfirmDialog } from '../../ui/overlays/confirm-dialog.tsx';
import { formatCount } from '../../ui/time.ts';
import { inCustody } from '../../vault-state/custody-words.ts';
import type { VaultStatus } from '../../vault-state/vault.ts';
import type { KeepWay } from '../copy/copy-formats.ts';
import { CopySteps } from '../copy/copy-steps.tsx';
import { useCopyWizard } from '../copy/use-copy-wizard.ts';
import { CompareKeys } from '../verify/compare-keys.tsx';

type Rotation = NonNullable<VaultStatus['rotation']>;

const OFFERED: readonly KeepWay[] = ['drive', 'manager', 'paper'];

/** A verified copy of the new key; then the step that cannot be undone. Until then the rotation can be undone. */
export function ConfirmNewKey({ vault, rotation }: { vault: VaultStatus; rotation: Rotation }) {
  const wizard = useCopyWizard('rotation');
  const [isSkipping, setSkipping] = useState(false);
  const isConfirmed = rotation.state === 'proven';
  const undo = useApiMutation(() => askConfirmed(() => client.POST('/vault/key/rotation/undo')), {
    changes: ['vault'],
  });
  const encrypt = useApiMutation(
    () => askConfirmed(() => client.POST('/vault/key/rotation/seal', { params: { query: {} } })),
    { changes: ['vault'] },
  );
  return (
    <div className="copy-cols">
      <div className="grid min-w-0 grid-cols-1 gap-4">
        <FormError mutation={undo} />
        <FormError mutation={encrypt} />
        {isConfirmed ? (
          <section className="card grid justify-items-start gap-3 p-6" aria-label="Encrypt">
            <h2 className="t16">
              {rotation.without_copy
                ? 'No copy of the new key is verified'
                : `${rotation.proven_by ?? 'Your copy'} holds the new key`}
            </h2>
            <p className="text-text-2">
              In the next step{' '}
              {formatCount(
                rotation.by_group.reduce((sum, group) => sum + group.before, 0),
                'value',
              )}{' '}
              are encrypted with key version {rotation.new_epoch}. This cannot be undone, only finished. You
              can keep working meanwhile.
            </p>
            <Button
              kind="main"
              isBusy={encrypt.isPending}
              disabled={undo.isPending}
              onClick={() => encrypt.mutate()}
            >
              Encrypt with the new key
            </Button>
          </section>
        ) : (
          <>
            <h2 className="t16">Make a copy of the new key</h2>
            <CopySteps wizard={wizard} offered={OFFERED} />
          </>
        )}
        <div className="flex flex-wrap gap-2">
          <Button
            icon={Undo2}
            isBusy={undo.isPending}
            disabled={encrypt.isPending}
            onClick={() => undo.mutate()}
          >
            Undo the rotation
          </Button>
          {!isConfirmed && (
            <Button kind="plain" onClick={() => setSkipping(true)}>
              Continue without a copy…
            </Button>
          )}
        </div>
      </div>
      <CompareKeys
        kept={`The new key ${inCustody(vault.custody)}`}
        fingerprint={rotation.new_fingerprint}
        copied="The new key in the copy"
        read={
          wizard.verified?.fingerprint ??
          (isConfirmed && !rotation.without_copy ? rotation.new_fingerprint : null)
        }
        worthWords={wizard.verified?.worth_words ?? null}
      />
      {isSkipping && (
        <WithoutCopyDialog fingerprint={rotation.new_fingerprint} onClose={() => setSkipping(false)} />
      )}
    </div>
  );
}

/** Skips the verified copy, by typing the new key's fingerprint. */
function WithoutCopyDialog({ fingerprint, onClose }: { fingerprint: string; onClose: () => void }) {
  const skip = useApiMutation(
    () =>
      askConfirmed(() =>
        client.POST('/vault/key/rotation/prove', { body: { override_fingerprint: fingerprint } }),
      ),
    { changes: ['vault'], onDone: onClose },
  );
  return (
    <ConfirmDialog
      title="Continue without a copy of the new key?"
      action="Continue without a copy"
      keep="Make a copy"
      mutation={skip}
      typed={{ label: `Type its fingerprint, ${fingerprint}`, name: fingerprint, isCode: true }}
      onClose={onClose}
    >
      <p>
        After this step, copies of the old key cannot decrypt current secrets. If this machine is lost before
        there is a copy of the new key, every secret is lost. The key is at risk until then.
      </p>
    </ConfirmDialog>
  );
}
