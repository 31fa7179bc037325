import { Page } from '../ui/page.tsx';

export function RotatePage() {
  return <Page title="RotatePage">…</Page>;
}
