import { useMemo } from 'react';
import { useMay } from '../app/session.ts';

/** What the caller may do with variables; actions without permission are not shown. */
export interface Rights {
  mayWrite: boolean;
  mayDelete: boolean;
  mayReveal: boolean;
  /** Whether any action works on several variables. */
  maySelect: boolean;
}

export function useRights(): Rights {
  const mayWrite = useMay('environments:write');
  const mayDelete = useMay('environments:delete');
  const mayReveal = useMay('environments:reveal');
  return useMemo(
    () => ({ mayWrite, mayDelete, mayReveal, maySelect: mayWrite || mayDelete }),
    [mayWrite, mayDelete, mayReveal],
  );
}
