import { z } from '@hono/zod-openapi';

/** A thousandth of a core. */
const cpu = z.int().min(1).max(1_024_000);
/** MiB. Docker starts nothing with less than 6. */
const memory = z.int().min(6).max(16_777_216);
const addresses = z.array(z.string().max(100)).max(1000).optional();
const header = z.string().max(2000).nullish();

const security = z
  .object({
    enabled: z.boolean().nullish(),
    attackMode: z.string().max(50).nullish(),
    challengeConfig: z
      .object({
        challengeType: z.string().max(50),
        difficulty: z.int().min(0).max(100),
        protectedPaths: z.array(z.string().max(500)).max(100).optional(),
      })
      .nullish(),
    geoRestrictions: z
      .object({
        allowedCountries: z.array(z.string().max(10)).max(300).optional(),
        blockedCountries: z.array(z.string().max(10)).max(300).optional(),
      })
      .nullish(),
    headers: z
      .object({
        preset: header,
        contentSecurityPolicy: header,
        referrerPolicy: header,
        strictTransportSecurity: header,
        xFrameOptions: header,
      })
      .nullish(),
    rateLimiting: z
      .object({
        maxRequestsPerMinute: z.int().min(0).max(1_000_000_000).nullish(),
        maxRequestsPerHour: z.int().min(0).max(1_000_000_000).nullish(),
        whitelistIps: addresses,
        blacklistIps: addresses,
      })
      .nullish(),
  })
  .nullish();

const fields = {
  cpuRequest: cpu.nullish().openapi({ description: 'In thousandths of a core' }),
  cpuLimit: cpu.nullish().openapi({ description: 'In thousandths of a core' }),
  memoryRequest: memory.nullish().openapi({ description: 'In MiB' }),
  memoryLimit: memory.nullish().openapi({ description: 'In MiB' }),
  replicas: z.int().min(0).max(100).nullish(),
  exposedPort: z.int().min(1).max(65_535).nullish(),
  automaticDeploy: z.boolean().nullish(),
  performanceMetricsEnabled: z.boolean().nullish(),
  sessionRecordingEnabled: z.boolean().nullish(),
  security,
};

/** How a project or an environment is to be run, as clients of Temps name it: a null clears, what is absent stays. */
export const deploymentConfigChange = z.object(fields);

/** The same, as clients of Temps send it for an environment. */
export const environmentConfigChange = z.object({
  cpu_request: fields.cpuRequest,
  cpu_limit: fields.cpuLimit,
  memory_request: fields.memoryRequest,
  memory_limit: fields.memoryLimit,
  replicas: fields.replicas,
  exposed_port: fields.exposedPort,
  automatic_deploy: fields.automaticDeploy,
  performance_metrics_enabled: fields.performanceMetricsEnabled,
  session_recording_enabled: fields.sessionRecordingEnabled,
  security,
});

export const deploymentConfigShape = z.object(fields).openapi('DeploymentConfig');

export type DeploymentConfig = z.output<typeof deploymentConfigShape>;

/** The field of a change of an environment that a field of its configuration comes from. */
const sentAs = {
  cpuRequest: 'cpu_request',
  cpuLimit: 'cpu_limit',
  memoryRequest: 'memory_request',
  memoryLimit: 'memory_limit',
  replicas: 'replicas',
  exposedPort: 'exposed_port',
  automaticDeploy: 'automatic_deploy',
  performanceMetricsEnabled: 'performance_metrics_enabled',
  sessionRecordingEnabled: 'session_recording_enabled',
  security: 'security',
} as const satisfies Record<keyof DeploymentConfig, keyof z.output<typeof environmentConfigChange>>;

export function toConfigChange(sent: z.output<typeof environmentConfigChange>): DeploymentConfig {
  return Object.fromEntries(
    Object.entries(sentAs).flatMap(([name, field]) =>
      sent[field] === undefined ? [] : [[name, sent[field]]],
    ),
  );
}

/** What deployments use. */
const applied = ['cpuLimit', 'memoryLimit', 'exposedPort'] satisfies (keyof DeploymentConfig)[] as string[];

/** Fields that are set, kept, and do nothing yet. */
export function listNotApplied(config: DeploymentConfig | null): string[] {
  return Object.entries(config ?? {}).flatMap(([name, value]) =>
    value == null || applied.includes(name) ? [] : [name],
  );
}
