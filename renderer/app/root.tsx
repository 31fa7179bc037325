import { Outlet } from '@tanstack/react-router';
import { Tooltip } from 'radix-ui';
import { areas } from '../areas.ts';
import { Toasts } from '../ui/overlays/toasts.tsx';
import { AreasContext } from './areas-context.ts';
import { ConfirmIdentity } from './confirm-identity.tsx';

/** Around every page: what must be there wherever one is. */
export function Root() {
  return (
    <AreasContext value={areas}>
      <Tooltip.Provider delayDuration={400}>
        <Outlet />
        <ConfirmIdentity />
        <Toasts />
      </Tooltip.Provider>
    </AreasContext>
  );
}
