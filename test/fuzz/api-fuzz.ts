import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  anonymousFrom,
  type Caller,
  lockCaller,
  type OwnerCaller,
} from '../../electron/instance/access/caller.ts';
import { createOwner, type Instance, openInstance } from '../../electron/instance/instance.ts';
import { addPerson } from '../people.ts';
import { createRandom } from './copies-fuzz.ts';

/** What is fuzzed: every path of the description, with the methods it has and some it has not, by every kind of caller. */
interface Route {
  method: string;
  path: string;
  query: { name: string; schema: Schema }[];
  body: Schema | null;
  /** Of passwords or passphrases: slow on purpose, so asked a twentieth as often. */
  isSlow: boolean;
}

interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  properties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  maxLength?: number;
  additionalProperties?: boolean | Schema;
}

interface Description {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}
interface Operation {
  parameters?: { in: string; name: string; schema: Schema }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
}

export interface ApiFuzzReport {
  requests: number;
  /** By status. */
  answers: Record<string, number>;
  /** What a server must never say: the request that led to it, without its body. */
  failures: string[];
  routes: number;
  /** Routes × callers that were asked at least once, with the vault open and locked. */
  covered: number;
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];
const PASSWORD = 'a long enough password';
/** How many requests are sent between two changes from open to locked. */
const PHASE = 250;
/** Texts that break what does not expect them. */
const NASTY = [
  '',
  ' ',
  '0',
  '-1',
  '1e309',
  '9007199254740993',
  '99999999999999999999',
  'constructor',
  '__proto__',
  'hasOwnProperty',
  'null',
  'undefined',
  '\u0000',
  'a\u0000b',
  '\ud800',
  '\u202egpj',
  '../../etc/passwd',
  '%2e%2e%2f',
  '%00',
  "'; DROP TABLE users; --",
  '{{7*7}}',
  '${HOME}',
  '<script>',
  'x'.repeat(300),
  'x'.repeat(70_000),
  'ﷺ'.repeat(50),
  '1',
  '2',
  'shop',
  'production',
  'ada@example.net',
  'A_TOKEN',
];

/**
 * Sends requests to a real instance, without a network. Nothing here reads an answer's meaning: it counts statuses, and
 * keeps what is a 500 or no answer of the API at all.
 */
export async function fuzzApi(requests: number, seed: number): Promise<ApiFuzzReport> {
  const random = createRandom(seed);
  const pick = <T>(list: readonly T[]) => list[random(list.length)] as T;
  const dataDir = mkdtempSync(join(tmpdir(), 'temps-fuzz-'));
  const instance = await openInstance({ dataDir, env: {}, custody: 'file', scryptLogN: 10, bcryptCost: 4 });
  const report: ApiFuzzReport = { requests: 0, answers: {}, failures: [], routes: 0, covered: 0 };
  try {
    await instance.start({ socket: true });
    const description = (await (await send(instance, 'GET', '/openapi.json')).json()) as Description;
    const routes = listRoutes(description);
    report.routes = routes.length;
    const generate = createGenerator(description, random);
    let callers = await createCallers(instance);
    const covered = new Set<string>();
    let isLocked = false;
    while (report.requests < requests) {
      if (report.requests % PHASE === 0) {
        isLocked = !isLocked;
        // Whatever was done to accounts, keys and the vault: callers of every kind are there again.
        await send(instance, 'POST', '/vault/unlock', { method: 'custody' });
        callers = await createCallers(instance);
        if (isLocked) await send(instance, 'POST', '/vault/lock');
      }
      const route = pick(routes);
      if (route.isSlow && random(20) > 0) continue;
      const caller = pick(callers);
      const method = random(25) === 0 ? pick(METHODS) : route.method;
      const request = formRequest({ ...route, method }, random, generate, caller.headers);
      const name = `${method} ${route.path} as ${caller.name}${isLocked ? ', locked' : ''}`;
      covered.add(name);
      report.requests += 1;
      const response = await instance.fetch(request, caller.atDoor).catch((error: Error) => error);
      if (response instanceof Error) {
        report.failures.push(`${name}: thrown ${response.name}`);
        continue;
      }
      report.answers[response.status] = (report.answers[response.status] ?? 0) + 1;
      const type = response.headers.get('content-type') ?? '';
      // A stream of changes never ends by itself.
      if (type.startsWith('text/event-stream')) await response.body?.cancel();
      const text = type.startsWith('text/event-stream') ? '' : await response.text();
      if (response.status === 500) report.failures.push(`${name}: 500`);
      if (response.status >= 400 && method !== 'HEAD' && !isProblem(text))
        report.failures.push(`${name}: ${response.status} without a problem`);
    }
    report.covered = covered.size;
  } finally {
    await instance.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
  return report;
}

function isProblem(text: string): boolean {
  try {
    return typeof (JSON.parse(text) as { error_code?: unknown }).error_code === 'string';
  } catch {
    return false;
  }
}

function send(instance: Instance, method: string, path: string, body?: object): Promise<Response> {
  const request = new Request(`http://localhost/api${path}`, {
    method,
    body: body === undefined ? null : JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  });
  return instance.fetch(request, createOwner('socket', Date.now()));
}

interface FuzzCaller {
  name: string;
  atDoor: Caller;
  headers: Record<string, string>;
}

const nobody = anonymousFrom('127.0.0.1');

/** One of each kind. What exists already stays as it is. */
async function createCallers(instance: Instance): Promise<FuzzCaller[]> {
  const ada = { email: 'ada@example.net', password: PASSWORD };
  await send(instance, 'POST', '/users/administrator', { ...ada, name: 'Ada' });
  await send(instance, 'POST', '/users/reset-password', ada);
  const owner = async (method: string, path: string, body?: unknown) => {
    const answer = await send(instance, method, path, body as object | undefined);
    return { status: answer.status, body: await answer.json() };
  };
  for (const role of ['user', 'reader'])
    await addPerson(owner, { email: `${role}@example.net`, password: PASSWORD, role }).catch(() => undefined);
  // Whose first password is not theirs yet.
  await send(instance, 'POST', '/users', { email: 'new@example.net', password: PASSWORD, roles: ['admin'] });
  await send(instance, 'POST', '/projects', { name: 'shop' });
  const at = Date.now();
  const callers: FuzzCaller[] = [
    { name: 'nobody', atDoor: nobody, headers: {} },
    { name: 'a bad key', atDoor: nobody, headers: { authorization: 'Bearer tk_000000000000nothing' } },
    { name: 'owner at the socket', atDoor: createOwner('socket', at), headers: {} },
    { name: 'owner at the window', atDoor: createOwner('window', at), headers: {} },
    { name: 'locked window', atDoor: lockCaller(createOwner('window', at) as OwnerCaller), headers: {} },
  ];
  for (const who of ['ada', 'user', 'reader', 'new']) {
    const cookie = await signIn(instance, `${who}@example.net`);
    if (cookie)
      callers.push({
        name: `session of ${who}`,
        atDoor: nobody,
        headers: { cookie, origin: 'https://localhost' },
      });
  }
  for (const role of ['admin', 'reader']) {
    const made = await send(instance, 'POST', '/api-keys', { name: `${role} ${at}`, role_type: role });
    const { api_key } = (await made.json()) as { api_key?: string };
    if (api_key)
      callers.push({
        name: `key of ${role}`,
        atDoor: nobody,
        headers: { authorization: `Bearer ${api_key}` },
      });
  }
  const made = await send(instance, 'POST', '/projects/shop/deployment-tokens', { name: `token ${at}` });
  const { token } = (await made.json()) as { token?: string };
  if (token) callers.push({ name: 'token', atDoor: nobody, headers: { authorization: `Bearer ${token}` } });
  return callers;
}

const cookies = new Map<string, string>();

/** Once: hashing is slow. A session that was ended meanwhile is a kind of caller, too. */
async function signIn(instance: Instance, email: string): Promise<string | null> {
  const known = cookies.get(email);
  if (known) return known;
  const request = new Request('http://localhost/api/auth/login', {
    method: 'POST',
    body: JSON.stringify({ email, password: PASSWORD }),
    headers: { 'content-type': 'application/json', host: 'localhost' },
  });
  const cookie = (await instance.fetch(request, nobody)).headers.get('set-cookie')?.split(';')[0] ?? null;
  if (cookie) cookies.set(email, cookie);
  return cookie;
}

function listRoutes({ paths }: Description): Route[] {
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, { parameters = [], requestBody }]) => {
      const body = requestBody?.content['application/json']?.schema ?? null;
      return {
        method: method.toUpperCase(),
        path,
        query: parameters.filter((parameter) => parameter.in === 'query'),
        body,
        isSlow:
          /password|passphrase/.test(JSON.stringify(body ?? '')) || /users|auth|setup|copies|move/.test(path),
      };
    }),
  );
}

type Generate = (schema: Schema) => unknown;

function createGenerator({ components }: Description, random: (below: number) => number): Generate {
  const generate = (schema: Schema, depth: number): unknown => {
    if (random(12) === 0 || depth > 6) return generateAnything(random);
    if (schema.$ref)
      return generate(components.schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {}, depth + 1);
    const choices = schema.anyOf ?? schema.oneOf;
    if (choices) return generate(choices[random(choices.length)] ?? {}, depth + 1);
    if (schema.enum) return schema.enum[random(schema.enum.length)];
    const types = [schema.type ?? 'object'].flat();
    switch (types[random(types.length)]) {
      case 'string':
        return NASTY[random(NASTY.length)];
      case 'integer':
      case 'number':
        return [0, 1, -1, 2, 7, 1.5, 2 ** 31, 2 ** 53, -(2 ** 63), 1e308][random(10)];
      case 'boolean':
        return random(2) === 0;
      case 'null':
        return null;
      case 'array':
        return Array.from({ length: random(4) }, () => generate(schema.items ?? {}, depth + 1));
      default:
        return Object.fromEntries(
          Object.entries(schema.properties ?? {})
            .filter(() => random(5) > 0)
            .concat(random(6) === 0 ? [[NASTY[random(NASTY.length)] as string, {}]] : [])
            .map(([name, part]) => [name, generate(part, depth + 1)]),
        );
    }
  };
  return (schema) => generate(schema, 0);
}

function generateAnything(random: (below: number) => number): unknown {
  const things = [null, true, 0, -1.5, [], {}, [[]], { a: [1] }, NASTY[random(NASTY.length)]];
  return things[random(things.length)];
}

function formRequest(
  { method, path, query, body }: Route,
  random: (below: number) => number,
  generate: Generate,
  headers: Record<string, string>,
): Request {
  const segment = () => {
    const text = NASTY[random(NASTY.length)] as string;
    // Four in five name something that is there.
    return random(5) > 0 ? ['1', '2', 'shop', 'ada'][random(4)] : encodeURIComponent(text.toWellFormed());
  };
  const filled = path.replaceAll(/\{\w+\}/g, () => segment() ?? '');
  const search = new URLSearchParams();
  for (const { name, schema } of query) if (random(2) === 0) search.append(name, String(generate(schema)));
  const hasBody = method !== 'GET' && method !== 'HEAD' && (body !== null || random(10) === 0);
  return new Request(`http://localhost/api${filled}${search.size > 0 ? `?${search}` : ''}`, {
    method,
    headers: { host: 'localhost', ...(hasBody ? { 'content-type': 'application/json' } : {}), ...headers },
    body: hasBody ? formBody(body, random, generate) : null,
  });
}

function formBody(schema: Schema | null, random: (below: number) => number, generate: Generate): string {
  switch (random(20)) {
    case 0:
      return '{"a":';
    case 1:
      return '['.repeat(5000);
    case 2:
      return '{"__proto__":{"admin":true}}';
    default:
      return JSON.stringify(schema ? generate(schema) : generateAnything(random)) ?? 'null';
  }
}

/** `npm run fuzz:api`: at full size, or with the number of requests given. */
if (process.argv[1] === import.meta.filename) {
  const requests = Number(process.argv[2] ?? 100_000);
  const seed = Number(process.argv[3] ?? Date.now() % 1_000_000);
  const report = await fuzzApi(requests, seed);
  console.log(JSON.stringify({ seed, ...report, failures: report.failures.length }, null, 2));
  for (const failure of [...new Set(report.failures)].slice(0, 50)) console.log(failure);
  process.exitCode = report.failures.length === 0 ? 0 : 1;
}
