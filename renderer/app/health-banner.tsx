import { Link, useRouterState } from '@tanstack/react-router';
import { Clock } from 'lucide-react';
import { ask, client } from '../api/client.ts';
import { queryClient } from '../api/queries.ts';
import { Banner } from '../ui/banner.tsx';
import { buttonClass, IconButton } from '../ui/button.tsx';
import { Menu } from '../ui/menu.tsx';
import { useMay } from './session.ts';
import { useVault, type VaultStatus } from './vault.ts';

type Reason = VaultStatus['health']['reasons'][number];

/** On every page, while something about the key needs someone and was not put off. */
export function HealthBanner() {
  const vault = useVault().data;
  const path = useRouterState({ select: (state) => state.location.pathname });
  const reason = vault?.health.reasons.find((each) => each.snoozed_until === null);
  // The pages that mend it say so themselves.
  if (!vault || !reason || path.startsWith('/key') || path === '/recovery') return null;
  return (
    <div className="banner-strip">
      <ReasonBanner reason={reason} isLocked={vault.state === 'locked'} />
    </div>
  );
}

const helps: Record<string, { label: string; to: '/key' | '/key/copy' | '/key/verify' }> = {
  locked: { label: 'Unlock…', to: '/key' },
  custody_disagrees: { label: 'See why', to: '/key' },
  no_separate_copy: { label: 'Make a copy', to: '/key/copy' },
  proof_stale: { label: 'Verify a copy', to: '/key/verify' },
  proof_due: { label: 'Prove it', to: '/key/verify' },
  only_copy_beside_backups: { label: 'Make a copy', to: '/key/copy' },
};

const titles: Record<Reason['level'], string> = {
  due: 'Proof due.',
  at_risk: 'Key at risk.',
  broken: 'Locked.',
  ok: '',
};

export function ReasonBanner({ reason, isLocked = false }: { reason: Reason; isLocked?: boolean }) {
  const help = helps[reason.code];
  const maySnooze = useMay('vault:write') && reason.level !== 'broken';
  return (
    <Banner
      tone={reason.level === 'broken' ? 'danger' : reason.level === 'at_risk' ? 'attention' : 'info'}
      verdict={
        reason.level === 'broken'
          ? isLocked
            ? 'locked'
            : 'broken'
          : reason.level === 'at_risk'
            ? 'risk'
            : 'due'
      }
      action={
        <span className="flex items-center gap-2">
          {help && (
            <Link to={help.to} className={buttonClass()}>
              {help.label}
            </Link>
          )}
          {maySnooze && <Snooze reason={reason} />}
        </span>
      }
    >
      <b>{titles[reason.level]}</b> {reason.message}
    </Banner>
  );
}

function Snooze({ reason }: { reason: Reason }) {
  const snooze = async (days: 1 | 7 | 30) => {
    await ask(
      client.POST('/vault/warnings/{reason}/snooze', {
        params: { path: { reason: reason.code } },
        body: { days },
      }),
    );
    await queryClient.invalidateQueries({ queryKey: ['vault'] });
  };
  return (
    <Menu
      trigger={<IconButton icon={Clock} label="Remind me later" />}
      groups={[
        ([1, 7, 30] as const).map((days) => ({
          label: days === 1 ? 'Tomorrow' : `In ${days} days`,
          onSelect: () => void snooze(days),
        })),
      ]}
    />
  );
}
