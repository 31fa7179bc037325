import type { ReactNode } from 'react';
import { PageTabs } from '../app/page-tabs.tsx';
import { Page } from '../ui/page.tsx';

interface PeopleFrameProps {
  actions?: ReactNode;
  children: ReactNode;
}

/** People and API keys. */
export function PeopleFrame({ actions, children }: PeopleFrameProps) {
  return (
    <Page title="People and access" actions={actions}>
      <PageTabs of="people" label="People and access" />
      {children}
    </Page>
  );
}
