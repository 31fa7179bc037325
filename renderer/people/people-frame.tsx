import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useMay } from '../app/session.ts';
import { Page } from '../ui/page.tsx';

interface PeopleFrameProps {
  tab: 'people' | 'keys';
  actions?: ReactNode;
  children: ReactNode;
}

/** Who and what may come in: people, and the keys of programs. */
export function PeopleFrame({ tab, actions, children }: PeopleFrameProps) {
  const mayReadKeys = useMay('api_keys:read');
  return (
    <Page title="People and access" actions={actions}>
      <nav className="tabs" aria-label="People and access">
        <Link
          to="/people"
          activeOptions={{ exact: true }}
          aria-current={tab === 'people' ? 'page' : undefined}
        >
          People
        </Link>
        {mayReadKeys && (
          <Link to="/people/keys" aria-current={tab === 'keys' ? 'page' : undefined}>
            API keys
          </Link>
        )}
      </nav>
      {children}
    </Page>
  );
}
