import { lazyRouteComponent } from '@tanstack/react-router';
import { Suspense } from 'react';
import { useVault } from './vault.ts';

/** Its menu is a tenth of what the console loads first; most of the time there is nothing to say. */
const ReasonBanner = lazyRouteComponent(() => import('./reason-banner.tsx'), 'ReasonBanner');

/** Above a page, while something about the key needs someone and was not put off. */
export function HealthBanner() {
  const vault = useVault().data;
  const reason = vault?.health.reasons.find((each) => each.snoozed_until === null);
  if (!vault || !reason) return null;
  return (
    <Suspense>
      <div className="banner-strip">
        <ReasonBanner reason={reason} isLocked={vault.state === 'locked'} />
      </div>
    </Suspense>
  );
}
