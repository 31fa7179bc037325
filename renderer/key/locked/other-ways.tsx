import { useQuery } from '@tanstack/react-query';
import { LifeBuoy, RefreshCw } from 'lucide-react';
import { useState } from 'react';
import { useIsOwner } from '../../app/session.ts';
import { countToLose } from '../../secrets/secret-words.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorLine } from '../../ui/form/form-error.tsx';
import { formatCount, formatTime } from '../../ui/time.ts';
import { hadKey } from '../../vault-state/case-words.ts';
import { nameCustody } from '../../vault-state/custody-words.ts';
import { type VaultStatus, vaultQuery } from '../../vault-state/vault.ts';
import { StartOver } from './start-over.tsx';
import { useUnlock } from './unlock.ts';

interface OtherWaysProps {
  vault: VaultStatus;
  /** False where the custody is asked further up already. */
  isCustodyOffered: boolean;
}

/** What is left when no copy is at hand: ask where the key was once more, or, last of all, start over. */
export function OtherWays({ vault, isCustodyOffered }: OtherWaysProps) {
  if (!isCustodyOffered && !hadKey(vault)) return null;
  return (
    <section className="card ways" aria-label="Other ways">
      {isCustodyOffered && <AskAgain vault={vault} />}
      {hadKey(vault) && <NoCopyAtAll vault={vault} />}
    </section>
  );
}

/** While waiting, the instance asks by itself; what it last heard is looked at as often. */
const LOOK_AGAIN_MS = 3000;

function AskAgain({ vault }: { vault: VaultStatus }) {
  const isWaiting = vault.case === 'waiting';
  useQuery({ ...vaultQuery, refetchInterval: isWaiting ? LOOK_AGAIN_MS : false });
  const unlock = useUnlock();
  const place = nameCustody(vault.custody);
  const last = vault.custody_asked_at === null ? '' : formatTime(vault.custody_asked_at);
  return (
    <div>
      <RefreshCw className="icon" aria-hidden="true" />
      <div className="min-w-0">
        <b>{vault.custody.name === 'keychain' ? `Try ${place} again` : `Look at ${place} again`}</b>
        <p>
          {isWaiting ? `It is asked by itself every few seconds, last at ${last}.` : `Last asked at ${last}.`}
        </p>
        <ErrorLine said={unlock.message} />
      </div>
      <Button isSmall isBusy={unlock.isPending} onClick={() => unlock.mutate({ method: 'custody' })}>
        Try again
      </Button>
    </div>
  );
}

function NoCopyAtAll({ vault }: { vault: VaultStatus }) {
  const isOwner = useIsOwner();
  const [isOpen, setOpen] = useState(false);
  const lost = countToLose(vault.secrets.at_stake);
  return (
    <div>
      <LifeBuoy className="icon" aria-hidden="true" />
      <div className="min-w-0">
        <b>No copy at all</b>
        <p>
          {isOwner
            ? `Start over with a new key. ${formatCount(lost, 'value')} would be lost or entered again.`
            : 'Only the owner of this machine can start over with a new key.'}
        </p>
      </div>
      {isOwner && (
        <Button isSmall onClick={() => setOpen(true)}>
          Start over…
        </Button>
      )}
      {isOpen && <StartOver vault={vault} onClose={() => setOpen(false)} />}
    </div>
  );
}
