import { Link } from '@tanstack/react-router';
import { ChevronRight, LifeBuoy, LockKeyhole, Plus, RefreshCw, ShieldCheck } from 'lucide-react';
import { useState } from 'react';
import { ask, client } from '../api/client.ts';
import { useApiMutation } from '../api/mutation.ts';
import { useIsOwner, useMay } from '../app/session.ts';
import { countValues } from '../secrets/secret-words.ts';
import { Failed, Skeleton } from '../ui/blank-state.tsx';
import { buttonClass } from '../ui/button.tsx';
import { ConfirmDialog } from '../ui/overlays/confirm-dialog.tsx';
import { Page, Section } from '../ui/page.tsx';
import { formatDuration } from '../ui/time.ts';
import { inCustody } from '../vault-state/custody-words.ts';
import { isRotating, useVault, type VaultStatus } from '../vault-state/vault.ts';
import { LockedPage } from './locked/locked-page.tsx';
import { Copies } from './page/copies.tsx';
import { Custody } from './page/custody.tsx';
import { Health } from './page/health.tsx';
import { KeyHistory } from './page/key-history.tsx';
import { Splits } from './page/splits.tsx';

/** The encryption key: its health, where it is stored, its copies, and what can be done with it. */
export function KeyPage() {
  const vault = useVault();
  const mayWrite = useMay('vault:write');
  if (vault.data?.state === 'locked') return <LockedPage />;
  return (
    <Page
      title="Encryption key"
      actions={
        vault.data &&
        mayWrite && (
          <>
            <Link to="/key/verify" className={buttonClass()}>
              <ShieldCheck className="icon" aria-hidden="true" />
              Verify a copy
            </Link>
            <Link to="/key/copy" className={buttonClass('main')}>
              <Plus className="icon" aria-hidden="true" />
              Make a copy
            </Link>
          </>
        )
      }
    >
      {vault.isError ? (
        <div className="card">
          <Failed
            title="The key status did not load"
            error={vault.error}
            onRetry={() => void vault.refetch()}
          />
        </div>
      ) : vault.data ? (
        <div className="grid grid-cols-1 gap-6">
          <Health vault={vault.data} />
          <div className="key-cols">
            <div className="grid min-w-0 grid-cols-1 gap-6">
              <Copies vault={vault.data} />
              <Splits vault={vault.data} />
              <KeyHistory vault={vault.data} />
            </div>
            <div className="grid min-w-0 grid-cols-1 gap-6">
              <Custody vault={vault.data} />
              <RiskyActions vault={vault.data} />
            </div>
          </div>
        </div>
      ) : (
        <div className="card">
          <Skeleton rows={8} />
        </div>
      )}
    </Page>
  );
}

/** Values per second a small machine re-encrypts, disk writes included. */
const ENCRYPTED_PER_S = 5000;

/** Rotate, lock, and the page for a lost key. */
function RiskyActions({ vault }: { vault: VaultStatus }) {
  const mayWrite = useMay('vault:write');
  const [isLocking, setLocking] = useState(false);
  return (
    <Section title="Change, lock, recover">
      <div className="card">
        {mayWrite && (
          <Link to="/key/rotate" className="act">
            <RefreshCw className="icon text-icon" aria-hidden="true" />
            <b>Rotate</b>
            <ChevronRight className="icon text-icon" aria-hidden="true" />
            <span>
              {isRotating(vault)
                ? 'A rotation is in progress.'
                : `Create a new key and re-encrypt every value, in ${formatDuration((countValues(vault.secrets) / ENCRYPTED_PER_S) * 1000)}.`}
            </span>
          </Link>
        )}
        {mayWrite && (
          <button type="button" className="act" onClick={() => setLocking(true)}>
            <LockKeyhole className="icon text-icon" aria-hidden="true" />
            <b>Lock now</b>
            <i />
            <span>Removes the key from memory. Sites keep running.</span>
          </button>
        )}
        <Link to="/key/lost" className="act">
          <LifeBuoy className="icon text-icon" aria-hidden="true" />
          <b>I lost the key</b>
          <ChevronRight className="icon text-icon" aria-hidden="true" />
          <span>When no copy works: what is lost and what to do first.</span>
        </Link>
      </div>
      {isLocking && <LockDialog vault={vault} onClose={() => setLocking(false)} />}
    </Section>
  );
}

function LockDialog({ vault, onClose }: { vault: VaultStatus; onClose: () => void }) {
  const { custody } = vault;
  const isOwner = useIsOwner();
  const lock = useApiMutation(() => ask(client.POST('/vault/lock')), {
    changes: ['vault'],
    onDone: onClose,
  });
  return (
    <ConfirmDialog
      title="Lock the vault now?"
      action="Lock now"
      keep="Leave it unlocked"
      kind="main"
      mutation={lock}
      onClose={onClose}
    >
      <p>
        All keys are removed from memory. Sites keep running, and everything that is not encrypted stays
        readable. Secrets, API keys and new certificates are unavailable until the vault is unlocked.
      </p>
      <p>
        {custody.name === 'passphrase'
          ? 'To unlock it, you need the passphrase or a copy.'
          : isOwner
            ? `To unlock it, use the key stored ${inCustody(custody)} or a copy.`
            : `To unlock it, you need a copy. The owner of this machine can also use the key stored ${inCustody(custody)}.`}
      </p>
    </ConfirmDialog>
  );
}
