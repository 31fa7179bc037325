import { describeError, hasCode } from '../api/problem.ts';
import { useMay } from '../app/session.ts';
import { Banner } from '../ui/banner.tsx';
import { Button } from '../ui/button.tsx';
import { UnlockLink } from '../vault-state/unlock-link.tsx';

interface ProblemBannerProps {
  error: unknown;
  /** Saves despite unresolved references. */
  anyway?: { label: string; onClick: () => void } | undefined;
}

/** The error of a whole request, with the action that helps. Nothing while `error` is null. */
export function ProblemBanner({ error, anyway }: ProblemBannerProps) {
  const maySeeKey = useMay('vault:read');
  if (error === null) return null;
  if (anyway && isUnresolved(error))
    return (
      <Banner tone="attention" action={<Button onClick={anyway.onClick}>{anyway.label}</Button>}>
        {describeError(error)}
      </Banner>
    );
  const isLocked = hasCode(error, 'vault_locked');
  return (
    <Banner
      tone="danger"
      {...(isLocked ? { verdict: 'locked' as const } : {})}
      action={isLocked && maySeeKey && <UnlockLink />}
    >
      {isLocked ? 'The vault is locked: secret values are not available.' : describeError(error)}
    </Banner>
  );
}

const isUnresolved = (error: unknown) => hasCode(error, 'reference_missing', 'reference_cycle');
