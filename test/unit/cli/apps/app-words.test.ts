import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Schemas } from '../../../../electron/cli/api-request.ts';
import {
  describeApp,
  describeState,
  describeStats,
  formatApps,
} from '../../../../electron/cli/apps/app-words.ts';
import {
  describeDeployment,
  describeFailure,
  describeOutcome,
  describeServing,
  formatDeployments,
} from '../../../../electron/cli/apps/deployment-words.ts';
import {
  adviseEngine,
  describeEngine,
  type EngineState,
  explainEngine,
} from '../../../../electron/cli/apps/engine-words.ts';
import { formatLine } from '../../../../electron/cli/apps/follow-log.ts';
import { CommandError } from '../../../../electron/cli/command-error.ts';

type App = Schemas['App'];
type Deployment = Schemas['Deployment'];
const AT = Date.UTC(2026, 5, 1, 12, 30);

const release = (number: number, more: Partial<Schemas['Release']> = {}): Schemas['Release'] => ({
  id: number,
  number,
  deployment_id: number + 10,
  image: 'nginx:1.27',
  image_digest: null,
  port: 80,
  created_at: AT,
  is_current: false,
  ...more,
});
const app: App = {
  project: { id: 1, name: 'Shop', slug: 'shop' },
  environment: { id: 1, name: 'production', slug: 'production' },
  host: 'shop.temps.localhost',
  url: 'https://shop.temps.localhost:8444',
  image: 'nginx:1.27',
  port: null,
  probe: { kind: 'http', path: '/', below: 500, within_s: 60 },
  state: 'serving',
  state_detail: null,
  since: AT,
  restarts: 0,
  release: release(3, { is_current: true }),
  releases: [release(3, { is_current: true }), release(2)],
  last_deployment: { id: 13, status: 'success', finished_at: AT, error_detail: null },
  changed_variables: [],
};
const deployment: Deployment = {
  id: 14,
  project_id: 1,
  environment_id: 1,
  environment: { id: 1, name: 'production', slug: 'production', domains: [] },
  status: 'failed',
  is_current: false,
  url: '',
  branch: null,
  tag: null,
  commit_hash: null,
  commit_message: null,
  cancelled_reason: null,
  created_at: AT,
  started_at: AT,
  finished_at: AT + 1500,
  trigger: 'deploy',
  image: 'nginx:1.28',
  requested_by: 'owner',
  release: null,
  release_id: null,
  is_kept: false,
  phase: 'probing',
  phases: [{ phase: 'preparing', started_at: AT, finished_at: AT + 1500 }],
  error_code: 'release_failed',
  error_detail: 'It listens on port 80, on 127.0.0.1 alone.',
  failure: {
    port: 80,
    last_answer: 'connection refused',
    listens_on: [{ address: '127.0.0.1', port: 80 }],
    exit: null,
    last_lines: ['ready'],
  },
  serving: 3,
};

describe('Docker that cannot be used', () => {
  it.each<[EngineState, NodeJS.Platform, RegExp]>([
    ['ready', 'linux', /^$/],
    ['absent', 'linux', /^Install it: sudo apt install .*DOCKER_HOST=unix:\/\/\/PATH\.$/],
    ['absent', 'darwin', /^Install Docker Desktop: .*DOCKER_HOST=unix:/],
    ['absent', 'win32', /DOCKER_HOST=npipe:/],
    ['misplaced', 'linux', /^Start the instance with DOCKER_HOST=unix:\/\/\/PATH, or without it\.$/],
    ['stopped', 'linux', /^Start it: sudo systemctl start docker\./],
    ['stopped', 'darwin', /^Start Docker Desktop/],
    ['denied', 'linux', /sudo usermod -aG docker "\$USER"\..*This is like root/],
    ['denied', 'darwin', /^Start Docker Desktop/],
    ['old', 'linux', /^Update it: https:/],
    ['old', 'win32', /^Update Docker Desktop/],
    ['new', 'linux', /^$/],
    ['failing', 'linux', /journalctl -u docker/],
    ['failing', 'darwin', /^Restarting it may help/],
  ])('has what to do: %s, %s', (state, system, said) => {
    expect(adviseEngine(state, system)).toMatch(said);
  });

  const refused = new CommandError('engine_unavailable', 'It is gone.', {}, { state: 'stopped' });
  it('has the same words wherever it is answered, and those of the API for programs', () => {
    const shown = describeEngine({
      state: 'stopped',
      detail: 'It is gone.',
      version: null,
      api_version: null,
      place: null,
    });
    const explained = explainEngine(refused, false) as CommandError;
    expect(explained.message).toBe(shown);
    expect([explained.code, explained.details]).toEqual(['engine_unavailable', { state: 'stopped' }]);
    expect(explainEngine(refused, true)).toBe(refused);
    const other = new CommandError('no_app', 'Nothing was deployed yet.');
    expect(explainEngine(other, false)).toBe(other);
  });
});

describe('an app in words', () => {
  it('is what it is now', () => {
    expect(describeApp(app)).toBe(`shop in production is serving: release 3, since 2026-06-01 12:30 UTC.
Address: https://shop.temps.localhost:8444
Image: nginx:1.27, port: 80
It works when GET / gives a status below 500 within 60 s.
It can go back to: release 2 (deployment 12)`);
  });

  it('has what is not as it should be', () => {
    const said = describeApp({
      ...app,
      state: 'failed',
      state_detail: 'Its container is gone.',
      environment: { id: 2, name: 'Staging', slug: 'staging' },
      since: null,
      url: null,
      image: 'nginx:1.28',
      restarts: 2,
      probe: { ...app.probe, kind: 'tcp' },
      last_deployment: { id: 14, status: 'failed', finished_at: AT, error_detail: 'It ended.' },
      changed_variables: [{ key: 'PORT', change: 'changed' }],
    });
    for (const line of [
      'shop in staging is not working: release 3. Its container is gone.',
      'Address: shop.temps.localhost',
      'What deploy without --image takes: nginx:1.28',
      'It works when its port takes connections within 60 s.',
      'It ended by itself and was started again: 2 times.',
      'The last deployment, 14: failed: It ended.',
      'Changed, and not applied yet: PORT (changed). To apply it: temps-desktop apps apply -p shop -e staging',
    ])
      expect(said.split('\n')).toContain(line);
  });

  it('before it worked once has no release', () => {
    const waiting: App = { ...app, state: 'starting', since: null, release: null, releases: [] };
    expect(describeState(waiting)).toBe('shop in production is starting.');
    expect(describeState({ ...waiting, state: 'unknown' })).toBe(
      'shop in production is in an unknown state.',
    );
    expect(describeApp(waiting)).toContain('Image: nginx:1.27, port: not known yet\n');
  });

  it('is a line of the list, below which is said that Docker is gone', () => {
    const engine = { state: 'ready', detail: null, version: '28', api_version: '1.51', place: '/x' } as const;
    expect(formatApps({ apps: [], engine })).toBe('Nothing was deployed yet.');
    const line = 'shop  production  serving  release 3  nginx:1.27  https://shop.temps.localhost:8444';
    expect(formatApps({ apps: [app], engine })).toBe(line);
    const gone = { ...engine, state: 'stopped', detail: 'It is not running.' } as const;
    expect(formatApps({ apps: [app], engine: gone })).toMatch(/8444\nIt is not running\.\n/);
  });

  it('uses so much', () => {
    const stats = {
      cpu_percent: 1.24,
      memory_bytes: 34 * 1024 ** 2 - 1,
      memory_limit_bytes: null,
      received_bytes: 10,
      sent_bytes: 0,
    };
    expect(describeStats(stats)).toBe(
      'CPU       1.2 %\nMemory    34 MiB\nReceived  10 bytes\nSent      0 bytes',
    );
    expect(describeStats({ ...stats, memory_limit_bytes: 512 * 1024 ** 2 })).toContain('34 MiB of 512 MiB');
  });
});

describe('a deployment in words', () => {
  it.each<[Partial<Deployment>, string]>([
    [{ status: 'pending' }, 'waits for the one before it'],
    [{ status: 'running' }, 'under way: probing'],
    [{ status: 'running', phase: null }, 'under way: begins'],
    [{ status: 'success', release: 4, is_current: true }, 'release 4, the current one'],
    [{ status: 'success', release: 4 }, 'release 4'],
    [{ status: 'success' }, 'worked; its release is not kept any more'],
    [{ status: 'failed' }, 'failed: It listens on port 80, on 127.0.0.1 alone.'],
    [{ status: 'cancelled', cancelled_reason: 'Cancelled by Ada.' }, 'cancelled: Cancelled by Ada.'],
  ])('is how it went: %j', (more, said) => {
    expect(describeOutcome({ ...deployment, ...more })).toBe(said);
  });

  it('has what is known where it failed', () => {
    expect(
      describeDeployment(deployment),
    ).toBe(`Deployment 14 of nginx:1.28 in production: failed: It listens on port 80, on 127.0.0.1 alone.
Asked for at 2026-06-01 12:30 UTC by owner, as deploy.
preparing: 1.5 s
Port that was tried: 80
What came last: connection refused
It listens on: 127.0.0.1 port 80
What it printed last:
  ready`);
    const failure = { port: null, last_answer: null, listens_on: [], exit: null, last_lines: [] };
    expect(describeFailure({ ...deployment, failure })).toEqual(['It listens on: nothing']);
    const exit = { code: 137, out_of_memory: true };
    expect(describeFailure({ ...deployment, failure: { ...failure, listens_on: null, exit } })).toEqual([
      'Exit code: 137, out of memory',
    ]);
    expect(describeFailure({ ...deployment, failure: null })).toEqual([]);
  });

  it('is a line of a list', () => {
    expect(formatDeployments([])).toBe('Nothing was deployed yet.');
    expect(formatDeployments([{ ...deployment, status: 'running' }])).toBe(
      '14  2026-06-01 12:30 UTC  production  deploy  nginx:1.28  under way: probing',
    );
  });

  it.each<[Partial<App>, string]>([
    [{}, 'Release 3 still serves.'],
    [{ state: 'stopped' }, 'The app is stopped, as it was before.'],
    [{ state: 'failed', release: null }, 'Nothing serves: no release of it has worked yet.'],
    [
      { state: 'failed', state_detail: 'Its container is gone.' },
      'Release 3 is the current one, and does not serve now (failed): Its container is gone.',
    ],
    [{ state: 'starting' }, 'Release 3 is the current one, and does not serve now (starting).'],
  ])('that failed says what serves, and nothing better than it is: %j', (more, said) => {
    expect(describeServing({ ...app, ...more })).toBe(said);
  });
});

describe('a line of an app', () => {
  const line = { at: '2026-06-01T12:30:05.123456789Z', stream: 'stderr', text: 'a\u001b[2Jb' } as const;
  let isTTY: boolean;
  beforeEach(() => {
    isTTY = process.stdout.isTTY;
  });
  afterEach(() => {
    process.stdout.isTTY = isTTY;
    vi.restoreAllMocks();
  });

  it('is as it was printed, but on a terminal without what that would obey', () => {
    process.stdout.isTTY = false;
    expect(formatLine(line, false)).toBe('2026-06-01T12:30:05Z  a\u001b[2Jb\n');
    process.stdout.isTTY = true;
    expect(formatLine(line, false)).toBe('2026-06-01T12:30:05Z  a\\x1b[2Jb\n');
    expect(formatLine(line, true)).toBe(
      '{"at":"2026-06-01T12:30:05.123456789Z","stream":"stderr","text":"a\\u001b[2Jb"}\n',
    );
  });
});
