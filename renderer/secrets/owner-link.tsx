import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { SecretOwner } from './secrets-queries.ts';

interface OwnerLinkProps {
  owner: SecretOwner | null;
  className?: string;
  title?: string;
  /** What is shown where there is no page to go to; nothing unless said. */
  without?: ReactNode;
  children: ReactNode;
}

/** The page of what a secret belongs to, where the console has one. */
export function OwnerLink({ owner, className, title, without = null, children }: OwnerLinkProps) {
  if (!owner?.path) return without;
  return (
    <Link to={owner.path as '/'} className={className} title={title} dir="auto">
      {children}
    </Link>
  );
}
