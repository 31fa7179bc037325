import { Page } from '../ui/page.tsx';

export function SharedPage() {
  return <Page title="SharedPage">…</Page>;
}
