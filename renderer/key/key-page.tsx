import { useVault } from '../app/vault.ts';
import { Page } from '../ui/page.tsx';
import { LockedPage } from './locked/locked-page.tsx';

export function KeyPage() {
  if (useVault().data?.state === 'locked') return <LockedPage />;
  return <Page title="Encryption key">…</Page>;
}
