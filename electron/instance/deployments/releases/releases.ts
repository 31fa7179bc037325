import type { Context } from '../../kernel/context.ts';
import type { GivenVariable, Probe } from '../vocabulary.ts';

/** What a deployment that worked left. */
export interface Release {
  id: number;
  environmentId: number;
  /** Counted in its environment, from 1. */
  number: number;
  deploymentId: number;
  image: string;
  imageId: string;
  imageDigest: string | null;
  port: number;
  probe: Probe;
  variables: GivenVariable[];
  isPinned: boolean;
  createdAt: number;
}

/** Kept beside those that are pinned and the one that serves. */
const KEPT = 5;

const COLUMNS = `id, environment_id AS environmentId, number, deployment_id AS deploymentId, image, image_id AS imageId,
  image_digest AS imageDigest, port, probe, variables, is_pinned AS isPinned, created_at AS createdAt`;
type Row = Omit<Release, 'probe' | 'variables' | 'isPinned'> & {
  probe: string;
  variables: string;
  isPinned: number;
};
const fromRow = (row: Row): Release => ({
  ...row,
  probe: JSON.parse(row.probe) as Probe,
  variables: JSON.parse(row.variables) as GivenVariable[],
  isPinned: row.isPinned === 1,
});

/** Newest first. */
export function listReleases({ store }: Context, environmentId: number): Release[] {
  const rows = store.sqlite
    .prepare(`SELECT ${COLUMNS} FROM releases WHERE environment_id = ? ORDER BY number DESC`)
    .all(environmentId);
  return (rows as Row[]).map(fromRow);
}

export function findRelease({ store }: Context, id: number | null): Release | null {
  if (id === null) return null;
  const row = store.sqlite.prepare(`SELECT ${COLUMNS} FROM releases WHERE id = ?`).get(id);
  return row === undefined ? null : fromRow(row as Row);
}

export function findNextNumber({ store }: Context, environmentId: number): number {
  return store.sqlite
    .prepare('SELECT coalesce(max(number), 0) + 1 FROM releases WHERE environment_id = ?')
    .pluck()
    .get(environmentId) as number;
}

/** Puts it in force, and forgets those that are too old to be kept. Within a transaction of the caller. */
export function insertRelease(ctx: Context, release: Omit<Release, 'id' | 'createdAt' | 'isPinned'>): number {
  const { sqlite } = ctx.store;
  const id = sqlite
    .prepare(
      `INSERT INTO releases (environment_id, number, deployment_id, image, image_id, image_digest, port, probe, variables, created_at)
       VALUES (@environmentId, @number, @deploymentId, @image, @imageId, @imageDigest, @port, @probe, @variables, @createdAt) RETURNING id`,
    )
    .pluck()
    .get({
      ...release,
      probe: JSON.stringify(release.probe),
      variables: JSON.stringify(release.variables),
      createdAt: ctx.clock.now(),
    }) as number;
  sqlite
    .prepare('UPDATE apps SET release_id = ?, is_stopped = 0, updated_at = ? WHERE environment_id = ?')
    .run(id, ctx.clock.now(), release.environmentId);
  sqlite
    .prepare(
      `DELETE FROM releases WHERE environment_id = @environmentId AND is_pinned = 0 AND id <> @id AND id NOT IN
         (SELECT id FROM releases WHERE environment_id = @environmentId ORDER BY number DESC LIMIT ${KEPT})`,
    )
    .run({ environmentId: release.environmentId, id });
  return id;
}
