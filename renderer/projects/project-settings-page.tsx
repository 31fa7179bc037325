import { Page } from '../ui/page.tsx';

export function ProjectSettingsPage() {
  return <Page title="ProjectSettingsPage">…</Page>;
}
