import type { ReactNode } from 'react';
import { PageTabs } from '../app/page-tabs.tsx';
import { Page } from '../ui/page.tsx';

interface PeopleFrameProps {
  actions?: ReactNode;
  children: ReactNode;
}

/** Who and what may come in: people, and the keys of programs. */
export function PeopleFrame({ actions, children }: PeopleFrameProps) {
  return (
    <Page title="People and access" actions={actions}>
      <PageTabs of="people" label="People and access" />
      {children}
    </Page>
  );
}
