import { Page } from '../ui/page.tsx';

export function RecoveryPage() {
  return <Page title="RecoveryPage">…</Page>;
}
