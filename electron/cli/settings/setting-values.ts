import type { Body, Schemas } from '../api-request.ts';
import type { Client } from '../client.ts';
import { formatTable, type Invocation } from '../command.ts';
import { CommandError, usageError } from '../command-error.ts';

type Settings = Schemas['Settings'];
type Change = Body<'/settings', 'put'>;
/** A whole setting, or a part of one: `external_url`, `rate_limiting.enabled`. */
type Path = readonly [name: string, part?: string];

/** What has a command of its own, which asks before it locks. */
const autoLock = ['auto_lock_minutes', 'auto_lock_strength', 'lock_with_screen'];
/** Said by the instance. */
const told = ['not_applied'];
/** Passwords and keys of providers, of which none is kept. */
const never = ['docker_registry.password', 'dns_provider.cloudflare_api_key'];

/** Every setting that can be set here and its value, in the order of the API. */
export function listValues(settings: Settings): { name: string; value: unknown }[] {
  return Object.entries(settings)
    .filter(([name]) => ![...autoLock, ...told].includes(name))
    .flatMap(([name, value]) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.entries(value).map(([part, inner]) => ({ name: `${name}.${part}`, value: inner as unknown }))
        : [{ name, value: value as unknown }],
    )
    .filter(({ name }) => !never.includes(name));
}

/** Of what is kept for deployments, what is set; all of it with `isAll`. */
export function describeKept(settings: Settings, isAll: boolean): string[] {
  const { not_applied: idle } = settings;
  const own = ['instance_name', 'https_names', 'session_days', 'activity_days'];
  const rows = listValues(settings)
    .filter(({ name }) => !own.includes(name) && (isAll || idle.includes(nameOf(name))))
    .map(({ name, value }) => [name, show(value)]);
  return [
    ...(rows.length === 0 ? [] : ['', formatTable(rows)]),
    ...(idle.length === 0 ? [] : [`Stored, and not applied yet: ${idle.join(', ')}.`]),
  ];
}

/** `settings set NAME VALUE`: of the kind that the setting has now. What is allowed, the instance decides. */
export async function setValue(invocation: Invocation, client: Client): Promise<void> {
  const [name = '', text = ''] = invocation.positionals;
  const known = await getValue(client, name);
  if (known === undefined)
    throw usageError(`${name} has parts: set one of them, as settings show --all lists them.`);
  await change(invocation, client, name, parse(name, text, known.value));
}

/** `settings clear NAME`: as it is while nobody set it. */
export async function clearValue(invocation: Invocation, client: Client): Promise<void> {
  const [name = ''] = invocation.positionals;
  await getValue(client, name);
  await change(invocation, client, name, null);
}

/** Undefined for one that has parts. Throws `not_found`. */
async function getValue(client: Client, name: string): Promise<{ value: unknown } | undefined> {
  if (autoLock.includes(name)) throw usageError(`${name} is set by settings auto-lock.`);
  const values = listValues(await client.get('/settings'));
  const found = values.find((known) => known.name === name);
  if (!found && !values.some((known) => nameOf(known.name) === name))
    throw new CommandError('not_found', `There is no setting ${name}: settings show --all lists them.`);
  return found;
}

async function change(invocation: Invocation, client: Client, name: string, value: unknown): Promise<void> {
  const [whole, part] = name.split('.') as unknown as Path;
  const body = { [whole]: part === undefined ? value : { [part]: value } } as Change;
  const saved = await client.put('/settings', { body });
  invocation.print(saved, () => saved.message);
}

const nameOf = (name: string): string => name.split('.')[0] ?? '';

function parse(name: string, text: string, now: unknown): unknown {
  if (Array.isArray(now)) return text.split(',').flatMap((item) => item.trim() || []);
  if (typeof now === 'boolean') {
    if (text === 'on' || text === 'off') return text === 'on';
    throw usageError(`${name} must be on or off.`);
  }
  if (typeof now !== 'number') return text;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw usageError(`${name} must be a whole number.`);
}

function show(value: unknown): string | null {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (Array.isArray(value)) return value.join(', ') || null;
  return value === null || value === '' ? null : String(value).replaceAll('\n', '\\n');
}
