import type { components } from '../../api/schema.ts';

export type DeploymentConfig = components['schemas']['DeploymentConfig'];

/** What is stored of how an environment or a project is to be run. */
export interface Resource {
  name: Exclude<keyof DeploymentConfig, 'security'>;
  /** Of upstream's dialect, where the instance names a field by it. */
  field: string;
  label: string;
  kind: 'number' | 'switch';
  unit?: string;
}

export const resources: readonly Resource[] = [
  { name: 'cpuRequest', field: 'cpu_request', label: 'CPU requested', kind: 'number', unit: 'millicores' },
  { name: 'cpuLimit', field: 'cpu_limit', label: 'CPU limit', kind: 'number', unit: 'millicores' },
  { name: 'memoryRequest', field: 'memory_request', label: 'Memory requested', kind: 'number', unit: 'MiB' },
  { name: 'memoryLimit', field: 'memory_limit', label: 'Memory limit', kind: 'number', unit: 'MiB' },
  { name: 'replicas', field: 'replicas', label: 'Replicas', kind: 'number' },
  { name: 'exposedPort', field: 'exposed_port', label: 'Port', kind: 'number' },
  { name: 'automaticDeploy', field: 'automatic_deploy', label: 'Automatic deployment', kind: 'switch' },
  {
    name: 'performanceMetricsEnabled',
    field: 'performance_metrics_enabled',
    label: 'Performance metrics',
    kind: 'switch',
  },
  {
    name: 'sessionRecordingEnabled',
    field: 'session_recording_enabled',
    label: 'Session recording',
    kind: 'switch',
  },
];

/** As it is typed: '' for what is not set. */
export type ResourceText = Record<Resource['name'], string>;

export function toText(config: DeploymentConfig | null): ResourceText {
  return Object.fromEntries(
    resources.map(({ name }) => [name, String(config?.[name] ?? '')]),
  ) as unknown as ResourceText;
}

/**
 * What is to be changed: a null clears. What is in range, the instance decides.
 *
 * @param clearsSecurity the settings that are shown as a whole.
 */
export function toChange(
  text: ResourceText,
  config: DeploymentConfig | null,
  clearsSecurity: boolean,
): DeploymentConfig {
  const old = toText(config);
  const changed = Object.fromEntries(
    resources.flatMap(({ name, kind }): [string, number | boolean | null][] => {
      const typed = text[name].trim();
      if (typed === old[name]) return [];
      if (typed === '') return [[name, null]];
      return [[name, kind === 'switch' ? typed === 'true' : Number(typed)]];
    }),
  );
  return { ...changed, ...(clearsSecurity ? { security: null } : {}) };
}

/** What takes such a change back. */
export const undoChange = (change: DeploymentConfig, config: DeploymentConfig | null): DeploymentConfig =>
  Object.fromEntries(
    (Object.keys(change) as (keyof DeploymentConfig)[]).map((name) => [name, config?.[name] ?? null]),
  );

/** Of what is typed, what is no number. */
export function findTextError({ kind, name }: Resource, text: ResourceText): string | undefined {
  return kind === 'number' && !/^\s*\d{0,15}\s*$/.test(text[name]) ? 'A whole number.' : undefined;
}

export const isTextGood = (text: ResourceText): boolean =>
  resources.every((resource) => findTextError(resource, text) === undefined);

/** "CPU limit 500 millicores, replicas 2": what is set; empty where nothing is. */
export function describeResources(config: DeploymentConfig | null): string {
  const set = resources.flatMap(({ name, label, unit }) => {
    const value = config?.[name];
    if (value == null) return [];
    const said = typeof value === 'boolean' ? (value ? 'on' : 'off') : `${value}${unit ? ` ${unit}` : ''}`;
    return [`${label} ${said}`];
  });
  return [...set, ...(config?.security == null ? [] : ['Security settings'])].join(', ');
}
