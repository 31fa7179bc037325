import { useMemo } from 'react';
import { useMay } from '../app/session.ts';

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

export function useRights(): Rights {
  const mayWrite = useMay('environments:write');
  const mayDelete = useMay('environments:delete');
  const mayReveal = useMay('environments:reveal');
  const maySeeReads = useMay('audit:read');
  return useMemo(
    () => ({ mayWrite, mayDelete, mayReveal, maySelect: mayWrite || mayDelete, maySeeReads }),
    [mayWrite, mayDelete, mayReveal, maySeeReads],
  );
}
