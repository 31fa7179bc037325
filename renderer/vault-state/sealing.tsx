import { Banner } from '../ui/banner.tsx';
import { UnlockLink } from './unlock-link.tsx';
import { useVault } from './vault.ts';

/** Whether the key is there to seal something new with. */
export const useCanSeal = () => useVault().data?.state !== 'locked';

/** In place of what would have to be sealed, while the vault is locked. */
export function CannotSeal({ what }: { what: string }) {
  return (
    <Banner tone="danger" verdict="locked" action={<UnlockLink />}>
      <b>Locked.</b> {what}
    </Banner>
  );
}
