import { useMay, useMayIn } from '../app/session.ts';
import { useVault } from '../vault-state/vault.ts';
import type { Engine } from './app-queries.ts';

/** What the caller may do with the apps of a project; actions without permission are not shown. */
export interface AppRights {
  /** What runs already, or ran before: apply, roll back, start, stop, remove. */
  mayControl: boolean;
  /** To say which image runs is to read all that it is given. */
  mayDeploy: boolean;
}

export function useAppRights(project: string): AppRights {
  const mayControl = useMayIn(project, 'deployments:write');
  const mayReveal = useMayIn(project, 'environments:reveal');
  return { mayControl, mayDeploy: mayControl && mayReveal };
}

/** In a project that is being created. */
export function useMayDeployAnywhere(): boolean {
  const mayWrite = useMay('deployments:write');
  return useMay('environments:reveal') && mayWrite;
}

/** Why actions wait, in words; null where they do not. */
export interface Waits {
  /** What gives an app its variables. */
  deploy: string | null;
  control: string | null;
}

/** @param engine undefined while it is not known. */
export function useWaits(engine: Engine | undefined): Waits {
  const isLocked = useVault().data?.state === 'locked';
  const control = engine === undefined || engine.state === 'ready' ? null : 'Waits for Docker';
  return { control, deploy: isLocked ? 'Waits for the key' : control };
}
