import { useMemo } from 'react';
import { mayIn, type Permission, useSession } from '../app/session.ts';

/** What the caller may do with variables; actions without permission are not shown. */
export interface Rights {
  mayWrite: boolean;
  mayDelete: boolean;
  mayReveal: boolean;
  /** Whether any action works on several variables. */
  maySelect: boolean;
  /** Whether who read a secret is shown. */
  maySeeReads: boolean;
}

/** @param project path segment; null for shared variables. */
export function useRights(project: string | null): Rights {
  const session = useSession();
  const may = (permission: Permission) =>
    project === null ? session.permissions.includes(permission) : mayIn(session, project, permission);
  const mayWrite = may('environments:write');
  const mayDelete = may('environments:delete');
  const mayReveal = may('environments:reveal');
  const maySeeReads = session.permissions.includes('audit:read');
  return useMemo(
    () => ({ mayWrite, mayDelete, mayReveal, maySelect: mayWrite || mayDelete, maySeeReads }),
    [mayWrite, mayDelete, mayReveal, maySeeReads],
  );
}
