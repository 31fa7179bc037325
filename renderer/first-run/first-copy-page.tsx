import { Page } from '../ui/page.tsx';

export function FirstCopyPage() {
  return <Page title="FirstCopyPage">…</Page>;
}
