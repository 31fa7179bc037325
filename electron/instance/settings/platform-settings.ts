import { z } from '@hono/zod-openapi';
import { unusedFields } from '../http/unused-fields.ts';
import type { Context } from '../kernel/context.ts';

/** Settings of upstream's that are kept for what is to come: nothing here serves domains, builds or limits yet. */
const text = z.string().max(500);
const header = z.string().max(4000);
const addresses = z.array(z.string().max(100)).max(1000);
const count = z.int().min(1).max(1_000_000_000);

const webAddress = z.url({ protocol: /^https?$/ }).max(500);
const domain = z
  .string()
  .max(253)
  .regex(/^(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$|^$/i, 'not a domain');

const kept = {
  external_url: webAddress.nullable(),
  preview_domain: domain,
  allow_readonly_external_access: z.boolean(),
  disk_space_alert: z.object({
    enabled: z.boolean(),
    threshold_percent: z.int().min(1).max(100),
    check_interval_seconds: z.int().min(1).max(31_536_000),
    monitor_path: text.nullable(),
  }),
  dns_provider: z.object({ provider: text }),
  docker_registry: z.object({
    enabled: z.boolean(),
    registry_url: text.nullable(),
    username: text.nullable(),
    tls_verify: z.boolean(),
    ca_certificate: z.string().max(20_000).nullable(),
  }),
  letsencrypt: z.object({ email: text.nullable(), environment: text }),
  rate_limiting: z.object({
    enabled: z.boolean(),
    max_requests_per_minute: count,
    max_requests_per_hour: count,
    whitelist_ips: addresses,
    blacklist_ips: addresses,
  }),
  screenshots: z.object({ enabled: z.boolean(), provider: text, url: text }),
  security_headers: z.object({
    enabled: z.boolean(),
    preset: text,
    content_security_policy: header.nullable(),
    permissions_policy: header.nullable(),
    referrer_policy: header,
    strict_transport_security: header,
    x_content_type_options: header,
    x_frame_options: header,
    x_xss_protection: header,
  }),
} as const;

const platform = z.object(kept);
export type PlatformSettings = z.output<typeof platform>;

/** As they are while nobody set them. */
const defaults: PlatformSettings = {
  external_url: null,
  preview_domain: '',
  allow_readonly_external_access: false,
  disk_space_alert: {
    enabled: false,
    threshold_percent: 80,
    check_interval_seconds: 300,
    monitor_path: null,
  },
  dns_provider: { provider: 'manual' },
  docker_registry: {
    enabled: false,
    registry_url: null,
    username: null,
    tls_verify: true,
    ca_certificate: null,
  },
  letsencrypt: { email: null, environment: 'production' },
  rate_limiting: {
    enabled: false,
    max_requests_per_minute: 60,
    max_requests_per_hour: 1000,
    whitelist_ips: [],
    blacklist_ips: [],
  },
  screenshots: { enabled: false, provider: 'local', url: '' },
  security_headers: {
    enabled: false,
    preset: 'moderate',
    content_security_policy: null,
    permissions_policy: null,
    referrer_policy: 'strict-origin-when-cross-origin',
    strict_transport_security: 'max-age=31536000',
    x_content_type_options: 'nosniff',
    x_frame_options: 'SAMEORIGIN',
    x_xss_protection: '0',
  },
};

/** Of a provider, that no secret of it is kept. */
const noSecret = z.null().openapi({ description: 'None is kept here yet' });

/** The fields of an answer. */
export const platformFields = {
  ...kept,
  dns_provider: kept.dns_provider.extend({ cloudflare_api_key: noSecret }),
  docker_registry: kept.docker_registry.extend({ password: noSecret }),
  not_applied: z
    .array(z.string())
    .openapi({ description: 'What of these is set, and does nothing here yet' }),
};

/**
 * The fields of a change: what is absent stays, at every depth, and a null in place of a whole one clears it. SECURITY: no secret
 * is taken; none could be encrypted.
 */
export const platformChangeFields = {
  external_url: kept.external_url.optional(),
  preview_domain: kept.preview_domain.nullish(),
  allow_readonly_external_access: kept.allow_readonly_external_access.nullish(),
  disk_space_alert: kept.disk_space_alert.partial().nullish(),
  dns_provider: kept.dns_provider
    .partial()
    .extend({ cloudflare_api_key: unusedFields.settings.secret })
    .nullish(),
  docker_registry: kept.docker_registry
    .partial()
    .extend({ password: unusedFields.settings.secret })
    .nullish(),
  letsencrypt: kept.letsencrypt.partial().nullish(),
  rate_limiting: kept.rate_limiting.partial().nullish(),
  screenshots: kept.screenshots.partial().nullish(),
  security_headers: kept.security_headers.partial().nullish(),
};
const platformChange = z.object(platformChangeFields);

const names = Object.keys(kept) as (keyof PlatformSettings)[];

/** The rows of those that were set, by name. */
function readSet(ctx: Context): Map<string, unknown> {
  const rows = ctx.store.sqlite
    .prepare('SELECT section, value FROM settings WHERE section IN (SELECT value FROM json_each(?))')
    .raw()
    .all(JSON.stringify(names)) as [section: string, value: string][];
  return new Map(rows.map(([section, value]) => [section, JSON.parse(value)]));
}

/** As an answer has them. */
export function readPlatformSettings(ctx: Context) {
  const set = readSet(ctx);
  const settings = Object.fromEntries(
    names.map((name) => [name, merge(defaults[name], set.get(name))]),
  ) as unknown as PlatformSettings;
  return {
    ...settings,
    dns_provider: { ...settings.dns_provider, cloudflare_api_key: null },
    docker_registry: { ...settings.docker_registry, password: null },
    // What was cleared is as if nobody had set it.
    not_applied: names.filter((name) => !isSame(name, settings[name], defaults[name])),
  };
}

/** What a change makes different, whole sections by name: a client that sends back all that it read changes little. */
export function findPlatformChanges(
  ctx: Context,
  change: z.output<typeof platformChange>,
): Partial<PlatformSettings> {
  const before = readPlatformSettings(ctx);
  return Object.fromEntries(
    names.flatMap((name) => {
      if (change[name] === undefined) return [];
      const after = platform.shape[name].parse(
        change[name] === null ? defaults[name] : merge(before[name], change[name]),
      );
      return isSame(name, after, before[name]) ? [] : [[name, after]];
    }),
  );
}

/** Whatever the order of their parts. */
function isSame(name: keyof PlatformSettings, one: unknown, other: unknown): boolean {
  const { [name]: shape } = platform.shape;
  return JSON.stringify(shape.parse(one)) === JSON.stringify(shape.parse(other));
}

/** A part in place of the same part of a section; a list is one part. */
function merge(before: unknown, change: unknown): unknown {
  if (change === undefined) return before;
  if (typeof change !== 'object' || change === null || Array.isArray(change)) return change;
  const said = Object.entries(change).filter(([, value]) => value !== undefined);
  return { ...(before as object), ...Object.fromEntries(said) };
}
