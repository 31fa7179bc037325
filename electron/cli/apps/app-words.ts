import type { Schemas } from '../api-request.ts';
import { formatCount, formatMinute, formatSize, formatTable } from '../command.ts';
import { type AppPath, toOptions } from './app-scope.ts';
import { describeEngine } from './engine-words.ts';

type App = Schemas['App'];

const stateWords: Readonly<Record<App['state'], string>> = {
  none: 'not deployed yet',
  starting: 'starting',
  serving: 'serving',
  stopped: 'stopped',
  failed: 'not working',
  unknown: 'unknown',
};

export function formatApps({ apps, engine }: Schemas['AppList']): string {
  if (apps.length === 0) return 'Nothing was deployed yet.';
  const rows = apps.map((app) => [
    app.project.slug,
    app.environment.slug,
    stateWords[app.state],
    app.release === null ? null : `release ${app.release.number}`,
    app.release?.image ?? app.image,
    app.url ?? app.host,
  ]);
  return [formatTable(rows), ...(engine.state === 'ready' ? [] : [describeEngine(engine)])].join('\n');
}

/** "shop in production is serving: release 3, since 2026-06-01 12:30 UTC." */
export function describeState({ project, environment, state, state_detail, release, since }: App): string {
  const facts = [
    ...(release === null ? [] : [`release ${release.number}`]),
    ...(since === null ? [] : [`since ${formatMinute(since)}`]),
  ].join(', ');
  const how = state === 'unknown' ? 'in an unknown state' : stateWords[state];
  const said = `${project.slug} in ${environment.slug} is ${how}${facts === '' ? '' : `: ${facts}`}.`;
  return state_detail === null ? said : `${said} ${state_detail}`;
}

export function describeApp(app: App): string {
  const { url, host, image, port, probe, restarts, release, releases, last_deployment: last } = app;
  const path: AppPath = { project: app.project.slug, environment: app.environment.slug };
  const earlier = releases.filter(({ is_current }) => !is_current);
  return [
    describeState(app),
    `Address: ${url ?? host}`,
    `Image: ${release?.image ?? image}, port: ${release?.port ?? port ?? 'not known yet'}`,
    // After a rollback, or a deployment that failed.
    ...(release === null || release.image === image ? [] : [`What deploy without --image takes: ${image}`]),
    `It works when ${probe.kind === 'tcp' ? 'its port takes connections' : `GET ${probe.path} gives a status below ${probe.below}`} within ${probe.within_s} s.`,
    ...(restarts === 0
      ? []
      : [`It ended by itself and was started again: ${formatCount(restarts, 'time')}.`]),
    ...(earlier.length === 0
      ? []
      : [
          `It can go back to: ${earlier.map((one) => `release ${one.number} (deployment ${one.deployment_id})`).join(', ')}`,
        ]),
    ...(last !== null && last.status !== 'success'
      ? [
          `The last deployment, ${last.id}: ${last.status}${last.error_detail ? `: ${last.error_detail}` : ''}`,
        ]
      : []),
    ...describeChanged(app, path),
  ].join('\n');
}

function describeChanged({ changed_variables: changed }: App, path: AppPath): string[] {
  if (changed.length === 0) return [];
  const named = changed.map(({ key, change }) => `${key} (${change})`).join(', ');
  return [`Changed, and not applied yet: ${named}. To apply it: temps-desktop apps apply ${toOptions(path)}`];
}

/** As its limit is set. */
const toMib = (bytes: number) => `${Math.ceil(bytes / 1024 ** 2)} MiB`;

export function describeStats(stats: Schemas['AppStats']): string {
  const { cpu_percent, memory_bytes, memory_limit_bytes: limit, received_bytes, sent_bytes } = stats;
  return formatTable([
    ['CPU', `${cpu_percent.toFixed(1)} %`],
    ['Memory', `${toMib(memory_bytes)}${limit === null ? '' : ` of ${toMib(limit)}`}`],
    ['Received', formatSize(received_bytes)],
    ['Sent', formatSize(sent_bytes)],
  ]);
}
