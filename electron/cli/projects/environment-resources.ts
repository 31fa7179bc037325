import type { Body, Schemas } from '../api-request.ts';
import type { Client } from '../client.ts';
import { findText, formatTable, type Invocation } from '../command.ts';
import { usageError } from '../command-error.ts';

type Change = Body<'/projects/{project}/environments/{environment}/settings', 'put'>;
type Config = Schemas['DeploymentConfig'];
type Kind = 'number' | 'switch' | 'json';

const words: Record<Kind, string> = { number: 'a whole number', switch: 'on or off', json: 'JSON' };

interface Resource {
  option: string;
  field: keyof Change;
  /** In an answer. */
  name: keyof Config;
  label: string;
  kind: Kind;
  unit?: string;
}

const resources: readonly Resource[] = [
  amount('cpu-request', 'cpu_request', 'cpuRequest', 'CPU requested', 'millicores'),
  amount('cpu-limit', 'cpu_limit', 'cpuLimit', 'CPU limit', 'millicores'),
  amount('memory-request', 'memory_request', 'memoryRequest', 'Memory requested', 'MiB'),
  amount('memory-limit', 'memory_limit', 'memoryLimit', 'Memory limit', 'MiB'),
  amount('replicas', 'replicas', 'replicas', 'Replicas'),
  amount('port', 'exposed_port', 'exposedPort', 'Port'),
  other('automatic-deploy', 'automatic_deploy', 'automaticDeploy', 'Automatic deployment', 'switch'),
  other(
    'performance-metrics',
    'performance_metrics_enabled',
    'performanceMetricsEnabled',
    'Performance metrics',
    'switch',
  ),
  other(
    'session-recording',
    'session_recording_enabled',
    'sessionRecordingEnabled',
    'Session recording',
    'switch',
  ),
  other('security', 'security', 'security', 'Security', 'json'),
];

function amount(
  option: string,
  field: keyof Change,
  name: keyof Config,
  label: string,
  unit?: string,
): Resource {
  return { option, field, name, label, kind: 'number', ...(unit === undefined ? {} : { unit }) };
}

function other(option: string, field: keyof Change, name: keyof Config, label: string, kind: Kind): Resource {
  return { option, field, name, label, kind };
}

export const resourceOptions = {
  ...Object.fromEntries(resources.map(({ option }) => [option, { type: 'string' }] as const)),
  clear: { type: 'boolean' },
} as const;

export const RESOURCE_NOTES = `resources shows what is stored of how an environment is to be run, and changes it: ${resources
  .map(({ option, kind, unit }) => `--${option} ${words[kind]}${unit === undefined ? '' : ` (${unit})`}`)
  .join(
    ', ',
  )}. none in place of a value clears one, --clear all. Nothing is deployed here yet: it takes effect with deployments.`;

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
    change === null
      ? await client.get('/projects/{project}/environments/{environment}', { path })
      : await client.put('/projects/{project}/environments/{environment}/settings', { path, body: change });
  invocation.print(shown, () => describe(shown));
}

/** Null where nothing is to be changed. */
function readChange(invocation: Invocation): Change | null {
  const given = resources.flatMap((resource) => {
    const text = findText(invocation, resource.option);
    return text === undefined ? [] : [[resource.field, parse(resource, text)]];
  });
  if (invocation.values.clear !== true) return given.length === 0 ? null : Object.fromEntries(given);
  if (given.length > 0) throw usageError('--clear clears everything: use it without other options.');
  return { deployment_config: null };
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

function describe({ deployment_config: config, not_applied: idle }: Schemas['Environment']): string {
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
    ...(labels.length === 0
      ? []
      : [`Stored, and not applied yet: ${labels.join(', ')}. It takes effect with deployments.`]),
  ].join('\n');
}

function show(value: NonNullable<Config[keyof Config]>): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return typeof value === 'number' ? String(value) : JSON.stringify(value);
}
