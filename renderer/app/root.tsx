import { Outlet } from '@tanstack/react-router';
import { Tooltip } from 'radix-ui';
import { Toasts } from '../ui/overlays/toasts.tsx';
import { ConfirmIdentity } from './confirm-identity.tsx';

/** Around every page: what must be there wherever one is. */
export function Root() {
  return (
    <Tooltip.Provider delayDuration={400}>
      <Outlet />
      <ConfirmIdentity />
      <Toasts />
    </Tooltip.Provider>
  );
}
