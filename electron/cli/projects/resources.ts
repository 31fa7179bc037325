import type { Schemas } from '../api-request.ts';
import type { Client } from '../client.ts';
import { findText, formatTable, type Invocation } from '../command.ts';
import { usageError } from '../command-error.ts';

type Config = Schemas['DeploymentConfig'];
type Kind = 'number' | 'switch' | 'json';

const words: Record<Kind, string> = { number: 'a whole number', switch: 'on or off', json: 'JSON' };

interface Resource {
  option: string;
  name: keyof Config;
  label: string;
  kind: Kind;
  unit?: string;
}

const resources: readonly Resource[] = [
  { option: 'cpu-request', name: 'cpuRequest', label: 'CPU requested', kind: 'number', unit: 'millicores' },
  { option: 'cpu-limit', name: 'cpuLimit', label: 'CPU limit', kind: 'number', unit: 'millicores' },
  { option: 'memory-request', name: 'memoryRequest', label: 'Memory requested', kind: 'number', unit: 'MiB' },
  { option: 'memory-limit', name: 'memoryLimit', label: 'Memory limit', kind: 'number', unit: 'MiB' },
  { option: 'replicas', name: 'replicas', label: 'Replicas', kind: 'number' },
  { option: 'port', name: 'exposedPort', label: 'Port', kind: 'number' },
  { option: 'automatic-deploy', name: 'automaticDeploy', label: 'Automatic deployment', kind: 'switch' },
  {
    option: 'performance-metrics',
    name: 'performanceMetricsEnabled',
    label: 'Performance metrics',
    kind: 'switch',
  },
  {
    option: 'session-recording',
    name: 'sessionRecordingEnabled',
    label: 'Session recording',
    kind: 'switch',
  },
  { option: 'security', name: 'security', label: 'Security', kind: 'json' },
];

export const resourceOptions = {
  ...Object.fromEntries(resources.map(({ option }) => [option, { type: 'string' }] as const)),
  clear: { type: 'boolean' },
} as const;

export const RESOURCE_NOTES = `What is stored of how it is to be run is shown, and changed by ${resources
  .map(({ option, kind, unit }) => `--${option} ${words[kind]}${unit === undefined ? '' : ` (${unit})`}`)
  .join(', ')}. none in place of a value clears one, --clear all. It takes effect with the next deployment.`;

/** Shows what is stored of an environment, after the change that options ask for. */
export async function manageResources(
  invocation: Invocation,
  client: Client,
  project: string,
  environment: string,
): Promise<void> {
  const path = { project, environment };
  const change = readChange(invocation);
  const shown =
    change === undefined
      ? await client.get('/projects/{project}/environments/{environment}', { path })
      : await client.put('/projects/{project}/environments/{environment}/settings', {
          path,
          body: { deployment_config: change },
        });
  invocation.print(shown, () => describe(shown));
}

/** The same of a project, for all of its environments. */
export async function manageProjectResources(
  invocation: Invocation,
  client: Client,
  project: string,
): Promise<void> {
  const path = { project };
  const change = readChange(invocation);
  if (change?.automaticDeploy === null) throw usageError('--automatic-deploy of a project is on or off.');
  const shown =
    change === undefined
      ? await client.get('/projects/{project}', { path })
      : await client.patch('/projects/{project}/deployment-config', { path, body: change ?? cleared });
  invocation.print(shown, () => describe(shown));
}

/** Of a project, each by itself: automatic deployment is on or off there. */
const cleared: Config = {
  ...Object.fromEntries(resources.map(({ name }) => [name, null])),
  automaticDeploy: false,
};

/** Throws a usage error for options of resources where there are none. */
export function requireNoResources(invocation: Invocation): void {
  const given =
    invocation.values.clear === true
      ? 'clear'
      : resources.map(({ option }) => option).find((option) => findText(invocation, option) !== undefined);
  if (given !== undefined) throw usageError(`--${given} is an option of resources.`);
}

/** Undefined where nothing is to be changed; null clears all. */
function readChange(invocation: Invocation): Config | null | undefined {
  const given = resources.flatMap((resource) => {
    const text = findText(invocation, resource.option);
    return text === undefined ? [] : [[resource.name, parse(resource, text)]];
  });
  if (invocation.values.clear !== true) return given.length === 0 ? undefined : Object.fromEntries(given);
  if (given.length > 0) throw usageError('--clear clears everything: use it without other options.');
  return null;
}

/** What is in range, the instance decides. */
function parse({ option, kind }: Resource, text: string): unknown {
  if (text === 'none') return null;
  if (kind === 'switch' && (text === 'on' || text === 'off')) return text === 'on';
  if (kind === 'number' && /^\d{1,15}$/.test(text)) return Number(text);
  if (kind === 'json') return parseJson(option, text);
  throw usageError(`--${option} must be ${words[kind]}, or none.`);
}

function parseJson(option: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw usageError(`--${option} must be ${words.json}, or none.`);
  }
}

type Stored = Pick<Schemas['Environment'], 'deployment_config' | 'not_applied'>;

function describe({ deployment_config: config, not_applied: idle }: Stored): string {
  const rows = resources.flatMap(({ name, label, unit, option }) => {
    const value = config?.[name];
    return value == null
      ? []
      : [[label, `${show(value)}${unit === undefined ? '' : ` ${unit}`}`, `--${option}`]];
  });
  if (rows.length === 0) return 'Nothing is set.';
  const labels = resources.flatMap(({ name, label }) => (idle.includes(name) ? [label] : []));
  return [
    formatTable(rows),
    ...(labels.length === 0 ? [] : [`Stored, and not applied yet: ${labels.join(', ')}.`]),
  ].join('\n');
}

function show(value: NonNullable<Config[keyof Config]>): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return typeof value === 'number' ? String(value) : JSON.stringify(value);
}
