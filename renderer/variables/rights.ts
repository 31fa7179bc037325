import { useMemo } from 'react';
import { useMay } from '../app/session.ts';

/** What the caller may do with variables; what they may not is not offered. */
export interface Rights {
  mayWrite: boolean;
  mayDelete: boolean;
  mayReveal: boolean;
  /** There is something to do with several at once. */
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
