import { LockKeyholeOpen } from 'lucide-react';
import { useState } from 'react';
import { describeError, hasCode } from '../../api/problem.ts';
import { Banner } from '../../ui/banner.tsx';
import { Button } from '../../ui/button.tsx';
import { Checkbox } from '../../ui/form/choices.tsx';
import { nameCustody } from '../../vault-state/custody-words.ts';
import type { VaultStatus } from '../../vault-state/vault.ts';
import { CopyInput } from '../copy-input/copy-input.tsx';
import { toUnlockBody } from '../copy-input/handed-copy.ts';
import { useHandedCopy } from '../copy-input/use-handed-copy.ts';
import { useUnlock } from './unlock.ts';

interface CopyUnlockProps {
  /** The custody that can be given the key again; null for none. */
  putBackIn: VaultStatus['custody'] | null;
  /** Whether its button is the page's main button. */
  isMain: boolean;
}

/** Unlocks with a copy in any form, and by default restores the key to its custody. */
export function CopyUnlock({ putBackIn, isMain }: CopyUnlockProps) {
  const [putsBack, setPutsBack] = useState(true);
  const unlock = useUnlock(() => {
    copy.current = null;
  });
  const { error, reset } = unlock;
  const { copy, isReady, note } = useHandedCopy(reset);
  const send = () => {
    if (!copy.current) return;
    unlock.mutate({
      ...toUnlockBody(copy.current),
      // Before anyone is signed in, nothing is stored here, and nothing else is said of it.
      ...(putBackIn === null ? {} : { restore_custody: putsBack }),
    });
  };
  const isPassphrase = hasCode(error, 'passphrase_wrong', 'passphrase_required');
  return (
    <div className="grid min-w-0 grid-cols-1 gap-3">
      <CopyInput
        title="Unlock with a copy"
        purpose="unlock"
        firstWay="words"
        onReady={note}
        passphraseError={isPassphrase ? unlock.message : undefined}
        onSubmit={send}
        action={
          <span className="flex flex-wrap items-center justify-end gap-x-4 gap-y-2">
            {putBackIn && (
              <Checkbox checked={putsBack} onChange={setPutsBack}>
                Also store it in {nameCustody(putBackIn)} again
              </Checkbox>
            )}
            <Button
              kind={isMain ? 'main' : 'normal'}
              icon={LockKeyholeOpen}
              disabled={!isReady}
              isBusy={unlock.isPending}
              type="submit"
            >
              Unlock
            </Button>
          </span>
        }
      />
      {error !== null && !isPassphrase && <Banner tone="danger">{sayRefused(error)}</Banner>}
    </div>
  );
}

function sayRefused(error: unknown): string {
  if (hasCode(error, 'copy_of_other_instance'))
    return `${error.message} Nothing was changed. Use a copy that names this instance.`;
  if (hasCode(error, 'copy_of_old_key'))
    return `${error.message} It can decrypt older backups. Use a copy created after the last rotation.`;
  return describeError(error);
}
