import { Page } from '../ui/page.tsx';

export function CopyPage() {
  return <Page title="CopyPage">…</Page>;
}
