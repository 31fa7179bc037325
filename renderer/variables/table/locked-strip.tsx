import { Lock } from 'lucide-react';
import { useMay } from '../../app/session.ts';
import { UnlockLink } from '../../vault-state/unlock-link.tsx';
import type { Variable } from '../variable-scope.ts';

/** Above rows whose values wait for the key. */
export function LockedStrip({ variables }: { variables: readonly Variable[] }) {
  const maySeeKey = useMay('vault:read');
  if (!variables.some(({ state }) => state === 'locked')) return null;
  return (
    <div className="locked-strip" role="status">
      <Lock className="icon" aria-hidden="true" />
      <span className="grow">Secret values wait for the key.</span>
      {maySeeKey && <UnlockLink isSmall />}
    </div>
  );
}
