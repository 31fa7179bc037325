import { Banner } from '../ui/banner.tsx';
import { UnlockLink } from './unlock-link.tsx';
import { useVault } from './vault.ts';

/** Whether the key is available to encrypt something new. */
export const useCanEncrypt = () => useVault().data?.state !== 'locked';

/** Replaces forms whose input would have to be encrypted, while the vault is locked. */
export function CannotEncrypt({ what }: { what: string }) {
  return (
    <Banner tone="danger" verdict="locked" action={<UnlockLink />}>
      <b>Locked.</b> {what}
    </Banner>
  );
}
