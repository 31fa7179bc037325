import type { NoteProgress } from '../../kernel/processes.ts';
import type { VaultCore } from '../vault-core.ts';

/** What of a copy takes seconds: the key of a KeePass file is derived from its passphrase. */
export const copyStages = ['creating', 'reading'] as const;
export type CopyStage = (typeof copyStages)[number];

/** How far a request about a copy has come. SECURITY: of the copy itself nothing but the name its caller gave the request. */
export interface CopyProgress {
  id: string;
  stage: CopyStage;
  percent: number;
}

/** Tells of one stage after another. */
export type FollowStage = (stage: CopyStage) => NoteProgress;

const underWay = new WeakMap<VaultCore, Map<string, CopyProgress>>();

export function listCopyProgress(core: VaultCore): CopyProgress[] {
  return [...(underWay.get(core)?.values() ?? [])];
}

/**
 * Runs `work`, whose progress is listed under `id` from its first percent to its end, however it ends. Without an id nobody
 * follows it.
 */
export async function withProgress<T>(
  core: VaultCore,
  id: string | undefined,
  work: (follow: FollowStage | undefined) => Promise<T>,
): Promise<T> {
  if (id === undefined) return await work(undefined);
  const all = underWay.get(core) ?? new Map<string, CopyProgress>();
  underWay.set(core, all);
  try {
    return await work((stage) => (percent) => {
      all.set(id, { id, stage, percent });
      core.emit('copying');
    });
  } finally {
    if (all.delete(id)) core.emit('copying');
  }
}
