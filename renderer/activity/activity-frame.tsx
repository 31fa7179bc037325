import type { ReactNode } from 'react';
import { PageTabs } from '../app/page-tabs.tsx';
import { Page } from '../ui/page.tsx';

interface ActivityFrameProps {
  actions?: ReactNode;
  children: ReactNode;
}

/** Frame of the activity pages: the audit log and the jobs. */
export function ActivityFrame({ actions, children }: ActivityFrameProps) {
  return (
    <Page title="Activity" actions={actions}>
      <PageTabs of="activity" label="Activity" />
      {children}
    </Page>
  );
}
