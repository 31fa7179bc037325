import type { Caller } from '../../access/caller.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Context } from '../../kernel/context.ts';
import { PRODUCTION } from '../../projects/environments.ts';
import type { DeploymentsCore, Place } from '../deployments-core.ts';
import { formatImageReference, parseImageReference } from '../engines/image-reference.ts';
import { deploymentOperations } from '../operations.ts';
import { DEFAULT_PROBE, type Probe } from '../vocabulary.ts';

/** What an environment runs. */
export interface App {
  environmentId: number;
  projectId: number;
  /** First label of its local name. */
  name: string;
  image: string;
  port: number | null;
  probe: Probe;
  isStopped: boolean;
  releaseId: number | null;
  createdAt: number;
  updatedAt: number;
}

export interface AppFields {
  image?: string | undefined;
  port?: number | null | undefined;
  /** What is absent stays as it was. */
  probe?: Partial<Probe> | undefined;
}

const COLUMNS = `a.environment_id AS environmentId, e.project_id AS projectId, a.name, a.image, a.port, a.probe,
  a.is_stopped AS isStopped, a.release_id AS releaseId, a.created_at AS createdAt, a.updated_at AS updatedAt`;
/** Of what is not in the trash. */
const FROM = `apps a JOIN environments e ON e.id = a.environment_id AND e.hidden = 0
  JOIN projects p ON p.id = e.project_id AND p.hidden = 0`;
type Row = Omit<App, 'probe' | 'isStopped'> & { probe: string; isStopped: number };
const fromRow = (row: Row): App => ({
  ...row,
  probe: JSON.parse(row.probe) as Probe,
  isStopped: row.isStopped === 1,
});

export function listApps({ store }: Context): App[] {
  const rows = store.sqlite.prepare(`SELECT ${COLUMNS} FROM ${FROM} ORDER BY a.environment_id`).all();
  return (rows as Row[]).map(fromRow);
}

export function findApp({ store }: Context, environmentId: number): App | null {
  const row = store.sqlite
    .prepare(`SELECT ${COLUMNS} FROM ${FROM} WHERE a.environment_id = ?`)
    .get(environmentId);
  return row === undefined ? null : fromRow(row as Row);
}

/** Throws `no_app`. */
export function getApp(ctx: Context, { project, environment }: Place): App {
  const app = findApp(ctx, environment.id);
  if (!app)
    throw new AppError('no_app', `Nothing was deployed yet as ${project.name} in ${environment.name}.`);
  return app;
}

/** Throws `invalid_request` for what names no image, and for the first change without one. */
export function changeApp(core: DeploymentsCore, actor: Caller | null, place: Place, fields: AppFields): App {
  const { ctx } = core;
  const image =
    fields.image === undefined ? undefined : formatImageReference(parseImageReference(fields.image));
  return ctx.store.transaction(() => {
    const now = ctx.clock.now();
    const known = findApp(ctx, place.environment.id);
    if (!known) {
      if (image === undefined)
        throw new AppError('invalid_request', 'Say which image this app runs.', {
          fields: { image: 'missing' },
        });
      ctx.store.sqlite
        .prepare(
          'INSERT INTO apps (environment_id, name, image, port, probe, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
        )
        .run(
          place.environment.id,
          findFreeName(ctx, place),
          image,
          fields.port ?? null,
          JSON.stringify({ ...DEFAULT_PROBE, ...fields.probe }),
          now,
          now,
        );
    } else {
      ctx.store.sqlite
        .prepare('UPDATE apps SET image = ?, port = ?, probe = ?, updated_at = ? WHERE environment_id = ?')
        .run(
          image ?? known.image,
          fields.port === undefined ? known.port : fields.port,
          JSON.stringify({ ...known.probe, ...fields.probe }),
          now,
          place.environment.id,
        );
    }
    const app = getApp(ctx, place);
    if (app.image !== known?.image)
      ctx.audit.append(deploymentOperations.APP_SOURCE_CHANGED, actor, {
        ...lineOf(place),
        image: app.image,
      });
    return app;
  });
}

export function setStopped({ store, clock }: Context, environmentId: number, isStopped: boolean): void {
  store.sqlite
    .prepare('UPDATE apps SET is_stopped = ?, updated_at = ? WHERE environment_id = ?')
    .run(isStopped ? 1 : 0, clock.now(), environmentId);
}

export const lineOf = ({ project, environment }: Place) => ({
  project: project.name,
  project_id: project.id,
  environment: environment.name,
});

/** What a person calls it. */
export const nameApp = ({ project, environment }: Place): string =>
  environment.slug === PRODUCTION ? project.name : `${project.name} ${environment.name}`;

/** As long as one label of a name may be (RFC 1035 §2.3.4), with room for a number. */
const MAX_LABEL = 60;

/** A project's slug alone is the name of its production. Those of apps in the trash are taken too: they may come back. */
function findFreeName({ store }: Context, { project, environment }: Place): string {
  const wanted = environment.slug === PRODUCTION ? project.slug : `${project.slug}-${environment.slug}`;
  const base = wanted.slice(0, MAX_LABEL).replace(/-+$/, '') || 'app';
  const isTaken = store.sqlite.prepare('SELECT 1 FROM apps WHERE name = ?').pluck();
  for (let count = 1; ; count += 1) {
    const name = count === 1 ? base : `${base}-${count}`;
    if (isTaken.get(name) === undefined) return name;
  }
}
