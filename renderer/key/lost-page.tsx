import { Page } from '../ui/page.tsx';

export function LostPage() {
  return <Page title="LostPage">…</Page>;
}
