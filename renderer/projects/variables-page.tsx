import { Page } from '../ui/page.tsx';

export function VariablesPage() {
  return <Page title="VariablesPage">…</Page>;
}
