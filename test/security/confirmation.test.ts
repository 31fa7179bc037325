import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Act, acts } from '../../electron/instance/access/acts.ts';
import {
  type Caller,
  everyProject,
  holdForPassword,
  lockCaller,
  onlyProject,
} from '../../electron/instance/access/caller.ts';
import {
  type Permission,
  permissions,
  type Role,
  rolePermissions,
  roles,
} from '../../electron/instance/access/permissions.ts';
import { ADMIN, CREDENTIALS, openDoor, type TestAnswer, type TestDoor, type Who } from '../api/harness.ts';

const MINUTE_MS = 60_000;
type Door = TestDoor & { stop(): Promise<void> };

interface Route {
  method: string;
  path: string;
  act: Act;
  also: Act[];
  /** Media type of its body; null for none. */
  takes: string | null;
}

/** Everything the instance answers, from its description. */
async function listRoutes(door: Door): Promise<Route[]> {
  const { paths } = (await door.owner('GET', '/openapi.json')).body;
  return Object.entries(paths as Record<string, Record<string, Record<string, unknown>>>).flatMap(
    ([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => {
        const [act, ...also] = (operation['x-acts'] ?? []) as Act[];
        return {
          method: method.toUpperCase(),
          path,
          act: act as Act,
          also,
          takes: findType(operation.requestBody as { content: object } | undefined),
        };
      }),
  );
}

const findType = (body: { content: object } | undefined): string | null =>
  body === undefined ? null : (Object.keys(body.content)[0] ?? null);

const nameOf = ({ method, path }: Route) => `${method} ${path}`;

/** What a caller is refused with by the table; null when they pass. */
type Refusal =
  | 'unauthenticated'
  | 'session_locked'
  | 'password_change_required'
  | 'forbidden'
  | 'owner_only'
  | 'confirmation_required'
  | null;
const refusals = [
  'unauthenticated',
  'session_locked',
  'password_change_required',
  'forbidden',
  'owner_only',
  'confirmation_required',
];

interface KindOfCaller {
  name: string;
  caller: Caller;
  isConfirmed: boolean;
}

/** The table read in the plainest way, apart from the code that enforces it. */
function expectOf({ caller, isConfirmed }: KindOfCaller, act: Act, path = ''): Refusal {
  const { who, confirmation, inProject } = acts[act];
  if (who === 'anyone') return null;
  if (caller.kind === 'password_change')
    return act === 'account_password' ? null : 'password_change_required';
  if (who === 'second_factor' && caller.kind !== 'locked')
    return caller.kind !== 'anonymous'
      ? 'forbidden'
      : caller.pendingSessionId === null
        ? 'unauthenticated'
        : null;
  if (caller.kind === 'anonymous') return 'unauthenticated';
  if (caller.kind === 'locked') return act === 'identity_confirm' ? null : 'session_locked';
  const isPerson = caller.kind === 'owner' || caller.kind === 'user';
  if (who === 'owner' && caller.kind !== 'owner') return 'owner_only';
  if (who === 'os_account' && !(caller.kind === 'owner' && caller.via !== 'browser')) return 'owner_only';
  if (who === 'person' && !isPerson) return 'forbidden';
  if (who === 'api_key' && caller.kind !== 'key') return 'forbidden';
  if (who === 'account' && !(isPerson && caller.userId !== null)) return 'forbidden';
  if (who === 'not_token' && caller.kind === 'token') return 'forbidden';
  // Of what is in projects nothing is there for them, and nothing is refused: see project-roles.test.ts.
  if (
    isPerson &&
    !caller.projects.isAll &&
    (path.includes('{project}') || (inProject && !path.startsWith('/shared-')))
  )
    return null;
  for (const needed of [who].flat())
    if (permissions.includes(needed as Permission) && !caller.permissions.includes(needed as Permission))
      return 'forbidden';
  if (confirmation === 'always' && !isConfirmed) return 'confirmation_required';
  if (confirmation === 'people' && isPerson && !isConfirmed) return 'confirmation_required';
  return null;
}

function listCallers(nowMs: number, userId: number, projectId: number): KindOfCaller[] {
  const common = { ip: null, label: 'test', projects: everyProject };
  /** Of someone who has projects by roles in them alone, and none of those that are asked for. */
  const reachOf = (role: Role) => (role === 'member' ? { isAll: false, added: new Map() } : everyProject);
  const confirmations = [
    { when: 'never confirmed', confirmedAt: null, isConfirmed: false },
    { when: 'confirmed six minutes ago', confirmedAt: nowMs - 6 * MINUTE_MS, isConfirmed: false },
    { when: 'confirmed in the future', confirmedAt: nowMs + MINUTE_MS, isConfirmed: false },
    { when: 'confirmed', confirmedAt: nowMs - MINUTE_MS, isConfirmed: true },
  ];
  const people = confirmations.flatMap(({ when, confirmedAt, isConfirmed }): KindOfCaller[] => [
    ...(['window', 'browser'] as const).map((via) => ({
      name: `owner at the ${via}, ${when}`,
      caller: { kind: 'owner', via, ...common, permissions, userId, sessionId: null, confirmedAt } as const,
      isConfirmed,
    })),
    ...roles.map((role) => ({
      name: `${role}, ${when}`,
      caller: {
        kind: 'user',
        ...common,
        permissions: rolePermissions[role],
        projects: reachOf(role),
        userId,
        sessionId: 999_999,
        confirmedAt,
      } as const,
      isConfirmed,
    })),
  ]);
  const key = (name: string, granted: readonly Permission[]): KindOfCaller => ({
    name,
    caller: {
      kind: 'key',
      ...common,
      permissions: granted,
      apiKeyId: 999_999,
      userId: null,
      createdAt: nowMs,
      lineage: [999_999],
    },
    isConfirmed: false,
  });
  return [
    {
      name: 'nobody',
      caller: { kind: 'anonymous', ...common, permissions: [], pendingSessionId: null },
      isConfirmed: false,
    },
    {
      name: 'someone whose second factor is awaited',
      caller: { kind: 'anonymous', ...common, permissions: [], pendingSessionId: 999_999 },
      isConfirmed: false,
    },
    {
      name: 'owner at the socket, who has no account',
      caller: {
        kind: 'owner',
        via: 'socket',
        ...common,
        permissions,
        userId: null,
        sessionId: null,
        confirmedAt: nowMs,
      },
      isConfirmed: true,
    },
    ...people,
    ...people.flatMap(({ name, caller, isConfirmed }): KindOfCaller[] =>
      isConfirmed && caller.kind === 'owner'
        ? [{ name: `${name}, then locked`, caller: lockCaller(caller), isConfirmed: false }]
        : [],
    ),
    ...people.flatMap(({ name, caller }): KindOfCaller[] =>
      caller.kind === 'user'
        ? [{ name: `${name}, with a first password`, caller: holdForPassword(caller), isConfirmed: false }]
        : [],
    ),
    ...roles.map((role) => key(`key of the role ${role}`, rolePermissions[role])),
    ...permissions.map((one) => key(`key with ${one} alone`, [one])),
    ...permissions.map((one) =>
      key(
        `key with everything but ${one}`,
        permissions.filter((each) => each !== one),
      ),
    ),
    {
      name: 'deployment token',
      caller: {
        kind: 'token',
        ...common,
        tokenId: 999_999,
        projectId,
        createdAt: nowMs,
        lineage: [],
        projects: onlyProject(projectId),
        permissions: ['projects:read', 'environments:read', 'environments:reveal'],
      },
      isConfirmed: false,
    },
  ];
}

async function ask(
  door: Door,
  caller: Caller,
  method: string,
  path: string,
  body?: string,
  type = 'application/json',
) {
  const response = await door.instance.fetch(
    new Request(`http://localhost/api${path}`, {
      method,
      body: body ?? null,
      headers: { 'content-type': type, host: 'localhost' },
    }),
    caller,
  );
  // A stream of changes never ends by itself.
  if (response.headers.get('content-type')?.startsWith('text/event-stream')) {
    await response.body?.cancel();
    return null;
  }
  const text = await response.text();
  return response.status >= 400 ? (JSON.parse(text) as { error_code: string }).error_code : null;
}

/** Only what the table refuses with; any other answer is one of the act itself. */
async function findRefusal(...request: Parameters<typeof ask>): Promise<Refusal> {
  const code = await ask(...request);
  return refusals.includes(code ?? '') ? (code as Refusal) : null;
}

describe('the table of acts', () => {
  let door: Door;
  let routes: Route[];
  let callers: KindOfCaller[];
  beforeAll(async () => {
    door = await openDoor('socket');
    routes = await listRoutes(door);
    const { user } = (await door.owner('GET', '/users')).body[0];
    const there = (await door.owner('POST', '/projects', { name: 'there' })).body.id;
    callers = listCallers(door.clock.now(), user.id, there);
  });
  afterAll(() => door.stop());

  it('has an act for every route, and a route for every act', () => {
    const unnamed = routes.filter(({ act, also }) => [act, ...also].some((name) => !(name in acts)));
    expect(unnamed.map(nameOf)).toEqual([]);
    const used = new Set(routes.flatMap(({ act, also }) => [act, ...also]));
    expect(Object.keys(acts).filter((name) => !used.has(name as Act))).toEqual([]);
    expect(routes.length).toBeGreaterThan(100);
  });

  it('holds for every route and every kind of caller, whatever is sent', async () => {
    const wrong: string[] = [];
    for (const route of routes) {
      const path = route.path.replaceAll(/\{\w+\}/g, '999999');
      // Of no shape that any route takes: nothing is done, and the refusal must come before it is looked at.
      const body = route.takes === null ? undefined : '[]';
      for (const kind of callers) {
        const refusal = await findRefusal(
          door,
          kind.caller,
          route.method,
          path,
          body,
          route.takes ?? undefined,
        );
        // It takes nothing, so that what goes further is asked for at once.
        const further = path === '/projects/sample' ? expectOf(kind, 'variables_change') : null;
        const expected = expectOf(kind, route.act, route.path) ?? further;
        if (refusal !== expected) wrong.push(`${nameOf(route)} as ${kind.name}: ${refusal}, not ${expected}`);
      }
    }
    expect(wrong).toEqual([]);
    await door.owner('POST', '/vault/unlock', { method: 'custody' });
  });

  it('refuses before anything is done', async () => {
    const reader = callers.find(({ name }) => name === 'reader, confirmed');
    if (!reader) throw new Error('There is no such caller.');
    for (const [path, body] of [
      ['/vault/lock', undefined],
      ['/projects', { name: 'refused' }],
    ] as const)
      expect(await findRefusal(door, reader.caller, 'POST', path, body && JSON.stringify(body))).toBe(
        'forbidden',
      );
    expect((await door.owner('GET', '/vault/status')).body.state).toBe('running');
    expect((await door.owner('GET', '/projects/refused')).status).toBe(404);
  });

  /** Requests that go further than their route's own act: one for each, or a new one would be tested by nothing. */
  const furtherRequests: Record<string, Partial<Record<Act, object>>> = {
    'PATCH /users/me': {
      account_change: { name: 'Ada' },
    },
    'POST /api-keys': {
      api_keys_create_by_choice: { name: 'people', role_type: 'custom', permissions: ['users:manage'] },
    },
    'POST /api-keys/{id}/rotate': { api_keys_of_others: {}, api_keys_create_by_choice: {} },
    'PUT /api-keys/{id}': {
      api_keys_widen: { is_active: true },
      api_keys_limit: { allowed_from: null },
      api_keys_of_others: {},
      api_keys_create_by_choice: {},
    },
    'DELETE /api-keys/{id}': { api_keys_of_others: {} },
    'POST /api-keys/{id}/activate': { api_keys_of_others: {}, api_keys_create_by_choice: {} },
    'POST /api-keys/{id}/deactivate': { api_keys_of_others: {} },
    'DELETE /projects/{project}/deployment-tokens/{id}': { tokens_of_others: {} },
    'PUT /projects/{project}/deployment-tokens/{id}': { tokens_of_others: {} },
    'POST /projects/{project}/variables/import': {
      variables_delete: { content_base64: '', mode: 'replace' },
    },
    'POST /projects/{project}/variables/import/undo': { variables_delete: {} },
    'GET /projects/{project}/variables/comparison': { variables_reveal: {} },
    'POST /projects/{project}/env-vars/bulk': bulk(),
    'POST /shared-variables/bulk': bulk(),
    'POST /projects': {
      variables_change: { name: 'shop', secret: 'guess', environment_variables: [['A', '1']] },
    },
    'POST /projects/sample': { variables_change: {} },
    'POST /plain-secrets/encrypt': { variables_change: { ids: [999_999] } },
    'POST /plain-secrets/leave': { variables_change: { ids: [999_999] } },
    'POST /plain-secrets/ask-again': { variables_change: { ids: [999_999] } },
    'PUT /projects/{project}': { projects_rename: {} },
    'POST /projects/{project}/settings': { projects_rename: {} },
    'POST /projects/{project}/git': { projects_rename: {} },
    'POST /trash/{id}/restore': { environments_change: {}, projects_restore: {} },
    'DELETE /trash/{id}': { environments_delete: {}, projects_delete: {} },
    'PUT /settings': {
      settings_sessions: { session_days: 8 },
      settings_loosen: { https_names: ['nas.lan'] },
    },
    'POST /vault/unlock': {
      vault_unlock_from_custody: { method: 'custody' },
      vault_unlock_from_path: { method: 'path', path: '/nowhere' },
    },
    'POST /vault/key/copies': { copies_make_plainer: { format: 'text', path: '/nowhere/kit.txt' } },
    'POST /vault/key/copies/verify': { copies_verify_from_path: { path: '/nowhere' } },
    'POST /vault/key/copies/{id}/prove': {
      copies_verify_from_path: { path: '/nowhere' },
      copies_tell_place: { kept_at: 'a drawer', kept_on: 'drive' },
    },
    'PUT /vault/key/splits/{id}/shares/{number}': { copies_make_plainer: { path: '/nowhere/share.pdf' } },
    'POST /vault/shares/verify': { copies_verify_from_path: { path: '/nowhere' } },
    'POST /vault/recovery/rescue': { recovery_rescue_from_path: { method: 'path', path: '/nowhere' } },
  };
  /**
   * New names of projects in project-roles.test.ts; keys in key-lineage.test.ts, api/identity/upstream-clients.test.ts and
   * identity/address-limits.test.ts, where there are some.
   */
  const testedElsewhere = new Set<Act>([
    'api_keys_of_others',
    'api_keys_limit',
    'tokens_of_others',
    'projects_rename',
  ]);
  const isTestedElsewhere = ({ path }: Route, further: Act) =>
    testedElsewhere.has(further) ||
    // By what is in the trash: api/projects/trash.test.ts.
    path.startsWith('/trash/') ||
    (further === 'api_keys_create_by_choice' && path.includes('{id}'));
  function bulk() {
    return {
      variables_delete: { action: 'delete', ids: [999_999] },
      variables_change: { action: 'set_environments', ids: [999_999], environment_ids: [] },
    };
  }

  it('holds for what goes further than the act of its route', async () => {
    const declared = routes.filter(({ also }) => also.length > 0);
    expect(declared.map((route) => [nameOf(route), route.also.toSorted()])).toEqual(
      declared.map((route) => [nameOf(route), Object.keys(furtherRequests[nameOf(route)] ?? {}).sort()]),
    );
    expect(declared.map(nameOf).sort()).toEqual(Object.keys(furtherRequests).sort());
    const wrong: string[] = [];
    for (const route of declared)
      for (const further of route.also) {
        if (isTestedElsewhere(route, further)) continue;
        const asked = route.path.endsWith('/comparison') ? '?secrets=compare' : '';
        const path = `${route.path.replace('{project}', 'there').replaceAll(/\{\w+\}/g, '999999')}${asked}`;
        const body =
          route.method === 'GET' ? undefined : JSON.stringify(furtherRequests[nameOf(route)]?.[further]);
        for (const kind of callers) {
          // What stays as it is needs no confirmation.
          if (path === '/settings') await door.owner('PUT', path, { session_days: 7, https_names: [] });
          const refusal = await findRefusal(door, kind.caller, route.method, path, body);
          const expected = expectOf(kind, route.act, route.path) ?? expectOf(kind, further, route.path);
          if (refusal !== expected)
            wrong.push(`${further} at ${nameOf(route)} as ${kind.name}: ${refusal}, not ${expected}`);
        }
      }
    expect(wrong).toEqual([]);
  });

  it('lets an unconfirmed person change this, and nothing else', async () => {
    const unconfirmed = callers.find(({ name }) => name === 'owner at the browser, never confirmed');
    if (!unconfirmed) throw new Error('There is no such caller.');
    const open = routes
      .filter(({ method, act }) => method !== 'GET' && expectOf(unconfirmed, act) === null)
      .map(nameOf);
    expect(open.sort()).toEqual(
      [
        // Coming in, going out, and confirming.
        'POST /auth/login',
        'POST /auth/verify-mfa',
        'POST /auth/link',
        // By the link of an invitation.
        'POST /auth/invitation',
        'POST /auth/invitation/accept',
        'POST /auth/cli/device/deny',
        'POST /auth/cli/device/lookup',
        'POST /auth/cli/device/poll',
        'POST /auth/cli/device/start',
        'POST /auth/confirm',
        'POST /auth/presence',
        'POST /logout',
        'POST /setup',
        'POST /setup/key',
        'POST /setup/key/custody',
        // By the link of a set-up, where nothing is replaced.
        'POST /setup/restores',
        'POST /setup/restores/{id}/apply',
        'POST /setup/restores/{id}/cancel',
        'POST /setup/restores/uploads',
        'PUT /setup/restores/uploads/{id}',
        'POST /setup/restores/uploads/{id}/cancel',
        // What ends a restore that was not applied.
        'DELETE /backups/restores/{id}',
        // Pieces of a file that someone who confirmed has begun to upload, and what ends that.
        'PUT /backups/restores/uploads/{id}',
        'DELETE /backups/restores/uploads/{id}',
        // What ends a backup that is being made; earlier ones stay.
        'DELETE /backups/runs/{id}',
        'POST /users/administrator',
        'DELETE /users/me/sessions',
        'DELETE /users/me/sessions/{id}',
        // With a code of the secret that was shown to someone who confirmed.
        'POST /users/me/mfa/verify',
        // The name needs a confirmation, and the password the old one: above, and below.
        'PATCH /users/me',
        // Withdrawing access.
        'DELETE /users/invitations/{id}',
        'DELETE /users/sessions/{id}',
        'PUT /api-keys/{id}',
        'DELETE /api-keys/{id}',
        'POST /api-keys/{id}/deactivate',
        'DELETE /projects/{project}/deployment-tokens/{id}',
        // Writing values without reading them.
        'POST /secret-guess',
        // A value that is nobody's yet.
        'POST /generated-values',
        'POST /plain-secrets/encrypt',
        // Recorded, as whatever changes a variable is.
        'POST /plain-secrets/leave',
        'POST /plain-secrets/ask-again',
        'POST /projects',
        'POST /projects/sample',
        'PUT /projects/{project}',
        'POST /projects/{project}/settings',
        'POST /projects/{project}/git',
        'PATCH /projects/{project}/deployment-config',
        'POST /projects/{project}/environments',
        // With values that nobody is shown.
        'POST /projects/{project}/environments/{environment}/copy',
        // Of what runs already, or ran before; which image runs needs a confirmation.
        ...['apply', 'restart', 'start', 'stop'].map(
          (word) => `POST /projects/{project}/environments/{environment}/app/${word}`,
        ),
        'POST /projects/{project}/deployments/{deployment}/cancel',
        'POST /projects/{project}/deployments/{deployment}/rollback',
        'PUT /projects/{project}/environments/{environment}/settings',
        'DELETE /projects/{project}/environments/{environment}',
        ...['/projects/{project}/env-vars', '/shared-variables'].flatMap((path) => [
          `POST ${path}`,
          `PUT ${path}/{id}`,
          `DELETE ${path}/{id}`,
          `POST ${path}/bulk`,
          `POST ${path}/{id}/rename`,
          `POST ${path}/{id}/revert`,
        ]),
        'POST /vault/recovery/{id}/reenter',
        // What a deletion took away, as it was.
        'POST /trash/{id}/restore',
        // Names; what lets others in is above.
        'PUT /settings',
        // What adds a backup, or tries whether one could be.
        'POST /backups/schedules',
        'PATCH /backups/schedules/{id}/enable',
        'POST /backups/schedules/preview',
        'POST /backups/destinations/{id}/retention/preview',
        'POST /backups/destinations/{id}/run',
        'POST /backups/destinations/{id}/test',
        'POST /backups/s3-sources/{id}/run',
        'POST /backups/{id}/drill',
        'POST /backups/verify-folder',
        'POST /backups/{id}/verify',
        // What protects the key, or asks how it is.
        'POST /vault/lock',
        'POST /vault/doctor',
        'POST /vault/warnings/{reason}/snooze',
        'POST /vault/words/check',
        'POST /vault/key/copies/verify',
        'POST /vault/key/copies/check-path',
        'POST /vault/key/copies/{id}/prove',
        'POST /vault/key/copies/{id}/finish',
        'PUT /vault/key/splits/{id}/shares/{number}',
        'POST /vault/key/splits/{id}/verify',
        'POST /vault/shares/verify',
        'POST /vault/shares/check',
      ].sort(),
    );
    const read = routes
      .filter(({ method, act }) => method === 'GET' && expectOf(unconfirmed, act) !== null)
      .map(nameOf);
    expect(read.sort()).toEqual([
      'GET /backups/{id}/file',
      'GET /projects/{project}/env-vars/{key}/value',
      'GET /projects/{project}/variables/export',
      'GET /projects/{project}/variables/resolved',
      'GET /shared-variables/{key}/value',
    ]);
  });
});

describe('a session left open', () => {
  let door: Door;
  let here: Who;
  const send = (method: string, path: string, body?: unknown) => door.request(method, path, body, here);
  const codeOf = async (answer: Promise<TestAnswer>) => (await answer).body?.error_code ?? 'passed';
  beforeAll(async () => {
    door = await openDoor('https');
    await door.owner('POST', '/projects', {
      name: 'shop',
      secret: 'guess',
      environment_variables: [['API_TOKEN', 'canary-value']],
    });
    await door.owner('POST', '/shared-variables', {
      key: 'SHARED_TOKEN',
      value: 'canary-shared',
      is_secret: true,
    });
  });
  afterAll(() => door.stop());
  const leaveOpen = async () => {
    here = await door.signIn(ADMIN.email, ADMIN.password);
    door.clock.advance(6 * MINUTE_MS);
  };

  it('reads no value, one by one or otherwise, until its person confirms', async () => {
    await leaveOpen();
    const paths = ['/projects/shop/env-vars/API_TOKEN/value', '/shared-variables/SHARED_TOKEN/value'];
    for (const path of paths) {
      const refused = await send('GET', path);
      expect([refused.status, refused.body.error_code]).toEqual([403, 'confirmation_required']);
      expect(refused.text).not.toContain('canary');
      expect((await send('HEAD', path)).status).toBe(403);
    }
    await send('POST', '/auth/confirm', { password: ADMIN.password });
    for (const path of paths) expect((await send('GET', path)).text).toContain('canary');
  });

  it('does not learn whether a guess is right from the preview of an import', async () => {
    await leaveOpen();
    const guess = (value: string) =>
      send('POST', '/projects/shop/variables/import', {
        content_base64: Buffer.from(`API_TOKEN=${value}\n`).toString('base64'),
        dry_run: true,
      });
    const answers = [await guess('canary-value'), await guess('another')];
    expect(answers.map(({ body }) => body.error_code)).toEqual(Array(2).fill('confirmation_required'));
  });

  it('does not undo Lock now', async () => {
    await leaveOpen();
    expect((await send('POST', '/vault/lock')).status).toBe(204);
    expect(await codeOf(send('POST', '/vault/unlock', { method: 'custody' }))).toBe('confirmation_required');
    expect((await door.owner('GET', '/vault/status')).body.state).toBe('locked');
    await send('POST', '/auth/confirm', { password: ADMIN.password });
    // Confirmed, with a copy: asking the custody is the owner's.
    expect(await codeOf(send('POST', '/vault/unlock', { method: 'custody' }))).toBe('owner_only');
    const text = readFileSync(join(door.dataDir, 'encryption_key'), 'utf8');
    expect((await send('POST', '/vault/unlock', { method: 'key', text })).body.state).toBe('running');
  });

  it('sets no password without the old one, not even just after signing in or confirming', async () => {
    here = await door.signIn(ADMIN.email, ADMIN.password);
    await send('POST', '/auth/confirm', { password: ADMIN.password });
    const password = 'the password of a thief';
    const refused = await send('PATCH', '/users/me', { password });
    expect([refused.status, Object.keys(refused.body.errors)]).toEqual([400, ['current_password']]);
    expect(await codeOf(send('PATCH', '/users/me', { password, current_password: 'a wrong one' }))).toBe(
      'invalid_credentials',
    );
    expect((await door.request('POST', '/auth/login', { ...CREDENTIALS, password })).status).toBe(401);
    const changed = { password: 'another good password', current_password: ADMIN.password };
    expect((await send('PATCH', '/users/me', changed)).status).toBe(200);
    await send('PATCH', '/users/me', { password: ADMIN.password, current_password: changed.password });
  });

  it.each<[string, string, string, object?]>([
    ['makes no API key', 'POST', '/api-keys', { name: 'mine', role_type: 'admin' }],
    ['makes no deployment token', 'POST', '/projects/shop/deployment-tokens', { name: 'mine' }],
    ['lets no one else in', 'POST', '/users', { email: 'eve@example.org', password: ADMIN.password }],
    ['takes no other e-mail address', 'PATCH', '/users/me', { email: 'eve@example.org' }],
    ['sets up no second factor', 'POST', '/users/me/mfa/setup'],
    ['makes no session last longer', 'PUT', '/settings', { session_days: 90 }],
    ['has no other names certified', 'PUT', '/settings', { https_names: ['evil.local'] }],
    ['takes no copy of the key', 'POST', '/vault/key/copies', { format: 'age', passphrase: ADMIN.password }],
    ['begins no rotation', 'POST', '/vault/key/rotation', {}],
    ['deletes no project', 'DELETE', '/projects/shop'],
    ['resumes nothing that waits for the old computer', 'PUT', '/backups/old-computer', { answer: 'gone' }],
    ['deletes no backup', 'DELETE', '/backups/0198f3a1-7c2e-7000-8000-0123456789ab'],
    [
      'sends no backups elsewhere',
      'POST',
      '/backups/destinations',
      { kind: 'folder', name: 'a', path: '/tmp' },
    ],
    ['keeps no fewer backups', 'PUT', '/backups/destinations/1/retention', { retention: null }],
    ['removes no old backups', 'POST', '/backups/destinations/1/prune'],
    [
      'takes no other computer for gone',
      'POST',
      '/backups/writers/0198f3a1-7c2e-7000-8000-0123456789ab/verdict',
      { verdict: 'gone' },
    ],
    ['ends no schedule of backups', 'PATCH', '/backups/schedules/1/disable'],
    ['changes no schedule of backups', 'PATCH', '/backups/schedules/1', { schedule_expression: '0 0 1 1 *' }],
    ['removes no schedule of backups', 'DELETE', '/backups/schedules/1'],
    ['takes no copy of the key off the list', 'DELETE', '/vault/key/copies/1'],
    ['takes no split of the key off the list', 'DELETE', '/vault/key/splits/1'],
  ])('%s', async (_what, method, path, body) => {
    await leaveOpen();
    expect(await codeOf(send(method, path, body))).toBe('confirmation_required');
    expect((await door.owner('GET', '/projects/shop')).status).toBe(200);
  });

  it('deletes a project, or a copy from the list, once its person confirmed; a program does so as ever', async () => {
    const { copy } = (await door.owner('POST', '/vault/key/copies', { format: 'words' })).body;
    for (const name of ['first', 'second']) await door.owner('POST', '/projects', { name });
    await leaveOpen();
    await send('POST', '/auth/confirm', { password: ADMIN.password });
    expect((await send('DELETE', '/projects/first')).status).toBe(204);
    expect((await send('DELETE', `/vault/key/copies/${copy.id}`)).status).toBe(204);
    const { api_key: token } = (await send('POST', '/api-keys', { name: 'tidy', role_type: 'user' })).body;
    expect((await door.request('DELETE', '/projects/second', undefined, { token })).status).toBe(204);
  });

  it('still protects: it locks, ends sessions, and withdraws keys', async () => {
    here = await door.signIn(ADMIN.email, ADMIN.password);
    const { id } = (await send('POST', '/api-keys', { name: 'ci', role_type: 'reader' })).body;
    await leaveOpen();
    expect((await send('POST', `/api-keys/${id}/deactivate`)).status).toBe(200);
    expect((await send('DELETE', '/users/me/sessions')).status).toBe(204);
    expect((await send('POST', '/vault/lock')).status).toBe(204);
    await door.owner('POST', '/vault/unlock', { method: 'custody' });
  });
});
