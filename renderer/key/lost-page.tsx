import { Link } from '@tanstack/react-router';
import { useMay } from '../app/session.ts';
import { countToLose, saySecretsOfKey } from '../secrets/secret-words.ts';
import { Failed, Skeleton } from '../ui/blank-state.tsx';
import { buttonClass } from '../ui/button.tsx';
import { type Step, Steps } from '../ui/instruments/steps.tsx';
import { Page } from '../ui/page.tsx';
import { formatCount, formatDay } from '../ui/time.ts';
import { findIn, inCustody, keeperOf } from '../vault-state/custody-words.ts';
import { useVault, type VaultStatus } from '../vault-state/vault.ts';

const crumbs = [{ label: 'Encryption key', to: '/key' as const }];

/** What to do, in order, when the key or its copies are lost. */
export function LostPage() {
  const vault = useVault();
  return (
    <Page
      title="I lost the key"
      crumbs={crumbs}
      under={vault.data && (vault.data.state === 'locked' ? lockedUnder(vault.data) : runningUnder)}
    >
      {vault.isError && (
        <Failed
          title="The key status did not load"
          error={vault.error}
          onRetry={() => void vault.refetch()}
        />
      )}
      {vault.isPending && <Skeleton rows={6} />}
      {vault.data && <InOrder vault={vault.data} />}
    </Page>
  );
}

const runningUnder =
  'The instance is running, so it still has the key in memory. Nothing is lost yet: do this before it stops.';

function lockedUnder(vault: VaultStatus): string {
  return `The vault is locked. ${saySecretsOfKey(vault.secrets)} cannot be read until a copy of the key decrypts them.`;
}

function InOrder({ vault }: { vault: VaultStatus }) {
  const mayWrite = useMay('vault:write');
  const isLocked = vault.state === 'locked';
  const steps = isLocked ? lockedSteps(vault) : runningSteps(vault);
  return (
    <div className="card max-w-180 p-6">
      {!mayWrite && <p className="mb-4 text-text-2">Ask an administrator to do this.</p>}
      <Steps steps={steps} current={0} />
    </div>
  );
}

function runningSteps(vault: VaultStatus): Step[] {
  return [
    {
      title: 'Make a copy now',
      body: (
        <Help
          text={`${keeperOf(vault.custody)} may be lost or about to be lost, but the key in memory is complete. A copy on a USB stick or on paper takes a minute.`}
          to="/key/copy"
          label="Make a copy"
          isMain
        />
      ),
    },
    {
      title: 'Store it where the next start finds it',
      said: 'On the Encryption key page, move the key to another place, or move it away and back: it is written again and verified.',
    },
    {
      title: 'Might someone else have it?',
      said: 'Replace a key that others may have seen: rotate it, verify a copy of the new key, then shred the old one.',
    },
  ];
}

function lockedSteps(vault: VaultStatus): Step[] {
  const verified =
    vault.proof.verified_at === null
      ? 'No copy was ever verified here. Look for a file ending in .age or .kdbx, a printed page, or an entry in a password manager.'
      : `${vault.proof.place ?? 'A copy'} was last verified ${formatDay(vault.proof.verified_at)}. Start with that one.`;
  return [
    {
      title: 'Look for a copy',
      body: <Help text={verified} to="/key" label="Unlock with a copy" isMain />,
    },
    {
      title: 'Look for the key itself',
      said: `It was stored ${inCustody(vault.custody)} (${findIn(vault.custody)}). A backup of that place, or of the old machine, also holds it.`,
    },
    {
      title: 'Start over with a new key',
      said: `Only as a last resort: ${formatCount(countToLose(vault.secrets), 'secret')} would have to be entered again, one by one from a list. They stay encrypted, and can be decrypted if you find the key. The button is at the end of the page of the locked vault.`,
    },
  ];
}

interface HelpProps {
  text: string;
  to: '/key' | '/key/copy';
  label: string;
  isMain?: boolean;
}

function Help({ text, to, label, isMain = false }: HelpProps) {
  const mayWrite = useMay('vault:write');
  return (
    <div className="grid justify-items-start gap-3">
      <p className="text-text-2">{text}</p>
      {mayWrite && (
        <Link to={to} className={buttonClass(isMain ? 'main' : 'normal')}>
          {label}
        </Link>
      )}
    </div>
  );
}
