import { Page } from '../ui/page.tsx';

export function VerifyPage() {
  return <Page title="VerifyPage">…</Page>;
}
