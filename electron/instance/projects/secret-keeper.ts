import type { Context } from '../kernel/context.ts';
import type { SecretId, SecretKeeper, SecretOwner, VersionKeeper } from '../vault/vault.ts';
import { noteFoundEnd } from './ends/found-ends.ts';
import { prepareRemoval } from './variables/variable-rows.ts';

const IDS_PER_QUERY = 500;

/** What the doctor and the recovery list know of variables: the one in force, or a version in its history. */
export function projectsSecretKeeper(ctx: Context): SecretKeeper {
  return {
    kind: 'env_var',
    label: 'Variable',
    one: 'variable',
    many: 'variables',
    group: 'variables',
    recoveryGroup: 'deploys',
    isTyped: true,
    isReplaceable: false,
    renewal: null,
    describe(ids) {
      const owners = new Map<SecretId, SecretOwner>();
      for (let at = 0; at < ids.length; at += IDS_PER_QUERY)
        describeSome(ctx, ids.slice(at, at + IDS_PER_QUERY), owners);
      return owners;
    },
    noteReentered: (id, value) => noteFoundEnd(ctx, id, value),
    versions: versionKeeper(ctx),
  };
}

function versionKeeper(ctx: Context): VersionKeeper {
  const { sqlite } = ctx.store;
  return {
    countInForce(keys) {
      // Both from an index alone: the status asks for it all the time.
      const query =
        keys === null
          ? `SELECT (SELECT count(*) FROM env_vars WHERE secret_id IS NOT NULL)
               - (SELECT count(*) FROM env_vars WHERE secret_id IS NOT NULL AND hidden = 1)`
          : `SELECT count(*) FROM secrets s JOIN env_vars v ON v.secret_id = s.id AND v.hidden = 0
             WHERE s.key_fingerprint IN (SELECT value FROM json_each(?))`;
      return sqlite
        .prepare(query)
        .pluck()
        .get(...(keys === null ? [] : [JSON.stringify(keys)])) as number;
    },
    countReplaced: (lostKeys, lostAtMs) =>
      sqlite
        .prepare(
          `SELECT count(*) FROM env_vars v JOIN secrets s ON s.id = v.secret_id
           WHERE v.hidden = 0 AND s.key_fingerprint NOT IN (SELECT value FROM json_each(@lostKeys))
             AND EXISTS (SELECT 1 FROM env_var_versions h
               WHERE h.env_var_id = v.id AND h.secret_id IS NOT NULL AND h.changed_at <= @lostAtMs)`,
        )
        .pluck()
        .get({ lostKeys: JSON.stringify(lostKeys), lostAtMs }) as number,
    removeEarlier(ids) {
      // Of what an import removed or what is in the trash, for as long as that can be undone: it goes as a whole.
      const hidden = sqlite
        .prepare(
          `SELECT DISTINCT v.id FROM env_vars v JOIN env_var_versions h ON h.env_var_id = v.id
           WHERE v.hidden = 1 AND h.secret_id IN (SELECT value FROM json_each(?))`,
        )
        .pluck()
        .all(JSON.stringify(ids)) as number[];
      const remove = prepareRemoval(ctx);
      for (const id of hidden) remove(id);
      const removed = sqlite
        .prepare(
          `DELETE FROM env_var_versions WHERE secret_id IN (SELECT value FROM json_each(?))
             AND NOT EXISTS (SELECT 1 FROM env_vars v WHERE v.secret_id = env_var_versions.secret_id)
           RETURNING secret_id`,
        )
        .pluck()
        .all(JSON.stringify(ids)) as SecretId[];
      ctx.vault.remove(removed);
      return hidden.length + removed.length;
    },
  };
}

function describeSome(ctx: Context, ids: readonly SecretId[], owners: Map<SecretId, SecretOwner>): void {
  const rows = ctx.store.sqlite
    .prepare(
      `SELECT h.secret_id AS id, v.key, p.name AS project, p.slug, v.hidden = 0 AND v.secret_id IS h.secret_id AS inForce, h.version,
         EXISTS (SELECT 1 FROM trash_items i WHERE i.env_var_id = v.id AND i.kind = 'hidden') AS inTrash,
         (SELECT group_concat(e.name, ', ') FROM env_var_environments x JOIN environments e ON e.id = x.environment_id
          WHERE x.env_var_id = v.id) AS environments
       FROM env_var_versions h JOIN env_vars v ON v.id = h.env_var_id LEFT JOIN projects p ON p.id = v.project_id
       WHERE h.secret_id IN (${ids.map(() => '?').join()})`,
    )
    .all(...ids) as {
    id: string;
    key: string;
    project: string | null;
    slug: string | null;
    inForce: number;
    inTrash: number;
    version: number;
    environments: string | null;
  }[];
  for (const row of rows) {
    const place =
      row.project === null
        ? 'shared'
        : `of ${row.project}${row.environments ? ` (${row.environments})` : ''}`;
    const isOld = row.inForce === 0;
    const isTrash = row.inTrash === 1;
    const which = isTrash ? `version ${row.version}, in the trash` : `version ${row.version} in its history`;
    owners.set(row.id, {
      title: `${row.key} ${place}${isOld ? `, ${which}` : ''}`,
      name: `${row.key}${isOld ? `, version ${row.version}` : ''}`,
      belongsTo:
        row.project === null
          ? 'Shared variables'
          : `${row.project}${row.environments ? `, ${row.environments}` : ''}`,
      path: isTrash ? '/trash' : row.slug === null ? '/shared' : `/projects/${row.slug}`,
      isEarlier: isOld,
    });
  }
}
