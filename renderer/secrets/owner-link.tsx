import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { SecretOwner } from './secrets-queries.ts';

interface OwnerLinkProps {
  owner: SecretOwner | null;
  className?: string;
  title?: string;
  /** Shown when there is no page to link to; nothing by default. */
  without?: ReactNode;
  children: ReactNode;
}

/** Link to the page of what a secret belongs to, if the console has one. */
export function OwnerLink({ owner, className, title, without = null, children }: OwnerLinkProps) {
  if (!owner?.path) return without;
  return (
    <Link to={owner.path as '/'} className={className} title={title} dir="auto">
      {children}
    </Link>
  );
}
