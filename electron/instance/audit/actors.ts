import type { Context } from '../kernel/context.ts';

/** What did it: the instance by itself, or a kind of caller. */
export const actorKinds = ['instance', 'anonymous', 'owner', 'user', 'key', 'token'] as const;
export type ActorKind = (typeof actorKinds)[number];

/** Who did something, by the name they have now. */
export interface Actor {
  kind: ActorKind;
  /** What the activity is filtered by: `user 5`, `key 3`, `owner`; for what is not known any more `label …`. */
  who: string;
  /** Of someone or something deleted: the last name it had. */
  name: string;
  /** Of a person. */
  email: string | null;
  /** Whose key or token it is. */
  person: string | null;
  isDeleted: boolean;
}

/** Names who did something, of one request: what it looked up it keeps, so that a list of thousands costs as much as one. */
export interface Naming {
  /** By the name that a log line or a version has, and when: an e-mail address or a key's name may have been another's before. */
  byLabel(label: string, atMs: number): Actor;
  user(id: number, label?: string): Actor;
  key(id: number, label: string): Actor;
  token(id: number, label: string): Actor;
}

export const OWNER: Actor = plainActor('owner', 'Owner of this machine');
export const INSTANCE: Actor = plainActor('instance', 'The instance');
export const STRANGER: Actor = plainActor('anonymous', 'Someone not signed in');

const KEY = 'api key ';
const TOKEN = 'deployment token ';

export function createNaming(ctx: Context): Naming {
  const people = remember(() => readPeople(ctx));
  const keys = remember(() => readKeys(ctx));
  const tokens = remember(() => readTokens(ctx));
  const cache = new Map<string, Actor>();
  const once = (name: string, make: () => Actor): Actor => {
    const known = cache.get(name) ?? make();
    cache.set(name, known);
    return known;
  };

  const personOf = (userId: Made['userId']): string | null => {
    if (userId === null) return 'the owner of this machine';
    const found = userId === undefined ? undefined : people().byId.get(userId);
    return found ? sayPerson(found) : null;
  };

  const made = (kind: 'key' | 'token', what: string, all: typeof keys, id: number, label: string): Actor =>
    once(`${kind} ${id}`, () => {
      const found = all().byId.get(id);
      if (!found) return { ...unknownActor(kind, label), who: `${kind} ${id}` };
      const { name, userId, isDeleted } = found;
      return {
        ...{ kind, who: `${kind} ${id}`, name: `${what} ${name}`, email: null, isDeleted },
        person: personOf(userId),
      };
    });

  const naming: Naming = {
    byLabel(label, atMs) {
      if (label === 'owner') return OWNER;
      if (label === 'instance') return INSTANCE;
      if (label === 'nobody') return STRANGER;
      if (label.startsWith(KEY)) {
        const id = findHolder(keys().held, label.slice(KEY.length), atMs);
        return id === null ? unknownActor('key', label) : naming.key(id, label);
      }
      if (label.startsWith(TOKEN)) {
        const id = findHolder(tokens().held, label.slice(TOKEN.length), atMs);
        return id === null ? unknownActor('token', label) : naming.token(id, label);
      }
      const id = findHolder(people().held, label, atMs);
      return id === null ? unknownActor('user', label) : naming.user(id, label);
    },
    user: (id, label) =>
      once(`user ${id}`, () => {
        const found = people().byId.get(id);
        if (!found) return { ...unknownActor('user', label ?? `account ${id}`), who: `user ${id}` };
        const { name, email, deletedAt } = found;
        return {
          kind: 'user',
          who: `user ${id}`,
          name: name || email,
          email,
          person: null,
          isDeleted: deletedAt !== null,
        };
      }),
    key: (id, label) => made('key', 'API key', keys, id, label),
    token: (id, label) => made('token', 'Deployment token', tokens, id, label),
  };
  return naming;
}

/** When something had a name: from a time to another, or still. */
export interface Held {
  id: number;
  from: number;
  to: number;
}

const STILL = Number.MAX_SAFE_INTEGER;

/** The names that the log has for someone, and when: what `who` of an actor stands for. */
export function listLabels(ctx: Context, who: string): { label: string; from: number; to: number }[] {
  const [kind = '', id = ''] = who.split(' ', 2);
  if (kind === 'label') return [{ label: who.slice('label '.length), from: 0, to: STILL }];
  const { prefix, held } =
    kind === 'key'
      ? { prefix: KEY, held: readKeys(ctx).held }
      : { prefix: TOKEN, held: readTokens(ctx).held };
  if (kind !== 'key' && kind !== 'token') return [];
  return [...held].flatMap(([name, holders]) =>
    holders
      .filter((holder) => holder.id === Number(id))
      .map(({ from, to }) => ({ label: `${prefix}${name}`, from, to })),
  );
}

/** Every person who is not deleted, for a choice. */
export function listPeople(ctx: Context, naming: Naming): Actor[] {
  const ids = ctx.store.sqlite.prepare('SELECT id FROM users WHERE deleted_at IS NULL').pluck().all();
  return (ids as number[]).map((id) => naming.user(id));
}

/** The one who had this name then. Null where nobody did, or several. */
function findHolder(held: ReadonlyMap<string, readonly Held[]>, name: string, atMs: number): number | null {
  const ids = new Set(
    held.get(name)?.flatMap(({ id, from, to }) => (from <= atMs && atMs <= to ? [id] : [])) ?? [],
  );
  const [only] = ids;
  return ids.size === 1 && only !== undefined ? only : null;
}

function add(held: Map<string, Held[]>, name: string, holder: Held): void {
  held.set(name, [...(held.get(name) ?? []), holder]);
}

interface Person {
  id: number;
  name: string;
  email: string;
  createdAt: number;
  deletedAt: number | null;
}

function readPeople(ctx: Context) {
  const { sqlite } = ctx.store;
  const rows = sqlite
    .prepare('SELECT id, name, email, created_at AS createdAt, deleted_at AS deletedAt FROM users')
    .all() as Person[];
  const former = sqlite
    .prepare('SELECT user_id AS id, email, until FROM former_emails ORDER BY until, id')
    .all() as { id: number; email: string; until: number }[];
  const byId = new Map(rows.map((row) => [row.id, row]));
  const held = new Map<string, Held[]>();
  const since = new Map<number, number>();
  for (const { id, email, until } of former) {
    add(held, email, { id, from: since.get(id) ?? 0, to: until });
    since.set(id, until);
  }
  for (const { id, email, createdAt, deletedAt } of rows)
    add(held, email, { id, from: since.get(id) ?? createdAt, to: deletedAt ?? STILL });
  return { byId, held };
}

interface Made {
  name: string;
  /** Null for the owner without an account; undefined where it is not known any more. */
  userId: number | null | undefined;
  isDeleted: boolean;
}

interface MadeRow {
  id: number;
  name: string;
  userId: number | null;
  createdAt: number;
}

function readKeys(ctx: Context) {
  const rows = ctx.store.sqlite
    .prepare('SELECT id, name, user_id AS userId, created_at AS createdAt FROM api_keys')
    .all() as MadeRow[];
  return readMade(ctx, rows, ['API_KEY_CREATED', 'API_KEY_UPDATED', 'API_KEY_DELETED']);
}

function readTokens(ctx: Context) {
  const rows = ctx.store.sqlite
    .prepare('SELECT id, name, created_by AS userId, created_at AS createdAt FROM deployment_tokens')
    .all() as MadeRow[];
  return readMade(ctx, rows, ['DEPLOYMENT_TOKEN_CREATED', 'DEPLOYMENT_TOKEN_DELETED']);
}

/** What there is, and what the log says of the names it had, and of what is gone. Ids are not used again. */
function readMade(ctx: Context, rows: readonly MadeRow[], operations: readonly string[]) {
  const lines = ctx.store.sqlite
    .prepare(
      `SELECT at, operation, user_id AS userId, data ->> 'id' AS id, data ->> 'name' AS name FROM audit_log
       WHERE operation IN (SELECT value FROM json_each(?)) ORDER BY audit_log.id`,
    )
    .all(JSON.stringify(operations)) as {
    at: number;
    operation: string;
    userId: number | null;
    id: number | null;
    name: string | null;
  }[];
  const byId = new Map<number, Made>();
  const held = new Map<string, Held[]>();
  const now = new Map<number, { name: string; from: number }>();
  for (const { at, operation, userId, id, name } of lines) {
    if (typeof id !== 'number' || typeof name !== 'string') continue;
    const before = now.get(id);
    if (before && (before.name !== name || operation.endsWith('_DELETED')))
      add(held, before.name, { id, from: before.from, to: at });
    if (operation.endsWith('_DELETED')) {
      if (!before) add(held, name, { id, from: 0, to: at });
      now.delete(id);
    } else if (!before || before.name !== name) now.set(id, { name, from: at });
    const maker = operation.endsWith('_CREATED') ? userId : byId.get(id)?.userId;
    byId.set(id, { name, userId: maker, isDeleted: true });
  }
  for (const { id, name, userId, createdAt } of rows) {
    add(held, name, { id, from: now.get(id)?.from ?? createdAt, to: STILL });
    byId.set(id, { name, userId, isDeleted: false });
    now.delete(id);
  }
  // Those that went with their project.
  for (const [id, { name, from }] of now) add(held, name, { id, from, to: STILL });
  return { byId, held };
}

/** "Ada Keller", "Ada Keller (deleted)": in sentences. */
export function sayPerson({ name, email, deletedAt }: Pick<Person, 'name' | 'email' | 'deletedAt'>): string {
  return `${name || email}${deletedAt === null ? '' : ' (deleted)'}`;
}

/** Somebody of whom only the name is known that the log has. */
function unknownActor(kind: ActorKind, label: string): Actor {
  const name = label.replace(/^api key /, 'API key ').replace(/^deployment token /, 'Deployment token ');
  const email = kind === 'user' && label.includes('@') ? label : null;
  return { kind, who: `label ${label}`, name, email, person: null, isDeleted: false };
}

function plainActor(kind: ActorKind, name: string): Actor {
  return { kind, who: kind, name, email: null, person: null, isDeleted: false };
}

function remember<T>(make: () => T): () => T {
  let made: { value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
