import type { Settings } from './settings-query.ts';

/** A field of a stored setting. */
export interface StoredPart {
  /** '' for a setting that has no parts. */
  name: string;
  label: string;
  kind: 'text' | 'long' | 'number' | 'switch' | 'lines';
  /** An empty text is sent as null. */
  isNullable?: true;
  placeholder?: string;
}

export interface StoredSetting {
  name: StoredName;
  title: string;
  text: string;
  parts: readonly StoredPart[];
}

export type StoredName =
  | 'external_url'
  | 'preview_domain'
  | 'allow_readonly_external_access'
  | 'disk_space_alert'
  | 'dns_provider'
  | 'docker_registry'
  | 'letsencrypt'
  | 'rate_limiting'
  | 'screenshots'
  | 'security_headers';

const enabled: StoredPart = { name: 'enabled', label: 'Enabled', kind: 'switch' };

/** What Temps has for its deployments, in the order of the API. */
export const storedSettings: readonly StoredSetting[] = [
  {
    name: 'external_url',
    title: 'External URL',
    text: 'The address under which others reach this instance.',
    parts: [
      { name: '', label: 'URL', kind: 'text', isNullable: true, placeholder: 'https://temps.example.com' },
    ],
  },
  {
    name: 'preview_domain',
    title: 'Preview domain',
    text: 'The domain below which previews of branches get their names.',
    parts: [{ name: '', label: 'Domain', kind: 'text', placeholder: '*.apps.example.com' }],
  },
  {
    name: 'allow_readonly_external_access',
    title: 'Read access for others',
    text: 'Whether people without an account may look at it from outside.',
    parts: [{ name: '', label: 'Allowed', kind: 'switch' }],
  },
  {
    name: 'disk_space_alert',
    title: 'Disk space',
    text: 'A notice when a disk fills up.',
    parts: [
      enabled,
      { name: 'threshold_percent', label: 'At, in percent', kind: 'number' },
      { name: 'check_interval_seconds', label: 'Checked every, in seconds', kind: 'number' },
      { name: 'monitor_path', label: 'Path', kind: 'text', isNullable: true },
    ],
  },
  {
    name: 'dns_provider',
    title: 'DNS provider',
    text: 'Where names of apps are created.',
    parts: [{ name: 'provider', label: 'Provider', kind: 'text', placeholder: 'manual' }],
  },
  {
    name: 'docker_registry',
    title: 'Docker registry',
    text: 'Where images are pulled from. Its password is not stored here yet.',
    parts: [
      enabled,
      { name: 'registry_url', label: 'Registry', kind: 'text', isNullable: true },
      { name: 'username', label: 'User name', kind: 'text', isNullable: true },
      { name: 'tls_verify', label: 'Verify TLS certificates', kind: 'switch' },
      { name: 'ca_certificate', label: 'CA certificate', kind: 'long', isNullable: true },
    ],
  },
  {
    name: 'letsencrypt',
    title: 'Let’s Encrypt',
    text: 'The account for certificates of public names.',
    parts: [
      { name: 'email', label: 'E-mail', kind: 'text', isNullable: true },
      { name: 'environment', label: 'Environment', kind: 'text', placeholder: 'production' },
    ],
  },
  {
    name: 'rate_limiting',
    title: 'Rate limiting',
    text: 'How many requests one address may make to apps.',
    parts: [
      enabled,
      { name: 'max_requests_per_minute', label: 'Requests a minute', kind: 'number' },
      { name: 'max_requests_per_hour', label: 'Requests an hour', kind: 'number' },
      { name: 'whitelist_ips', label: 'Addresses without a limit', kind: 'lines' },
      { name: 'blacklist_ips', label: 'Addresses that are refused', kind: 'lines' },
    ],
  },
  {
    name: 'screenshots',
    title: 'Screenshots',
    text: 'Pictures of apps after a deployment.',
    parts: [
      enabled,
      { name: 'provider', label: 'Provider', kind: 'text' },
      { name: 'url', label: 'URL', kind: 'text' },
    ],
  },
  {
    name: 'security_headers',
    title: 'Security headers',
    text: 'Headers that apps’ responses get.',
    parts: [
      enabled,
      { name: 'preset', label: 'Preset', kind: 'text' },
      {
        name: 'content_security_policy',
        label: 'Content-Security-Policy',
        kind: 'text',
        isNullable: true,
      },
      { name: 'permissions_policy', label: 'Permissions-Policy', kind: 'text', isNullable: true },
      { name: 'referrer_policy', label: 'Referrer-Policy', kind: 'text' },
      { name: 'strict_transport_security', label: 'Strict-Transport-Security', kind: 'text' },
      { name: 'x_content_type_options', label: 'X-Content-Type-Options', kind: 'text' },
      { name: 'x_frame_options', label: 'X-Frame-Options', kind: 'text' },
      { name: 'x_xss_protection', label: 'X-XSS-Protection', kind: 'text' },
    ],
  },
];

type Value = string | number | boolean | null | readonly string[];

/** The value of a part as the instance has it. */
export function readPart(settings: Settings, name: StoredName, part: StoredPart): Value {
  const whole: unknown = settings[name];
  return (part.name === '' ? whole : new Map(Object.entries(whole as object)).get(part.name)) as Value;
}

/** As it is typed, a switch by `true` and `false`. */
export function toText(value: Value): string {
  return Array.isArray(value) ? value.join('\n') : String(value ?? '');
}

/** What is sent for a typed text; undefined for one that is no number. What is in range, the instance decides. */
export function toValue({ kind, isNullable }: StoredPart, text: string): Value | undefined {
  if (kind === 'switch') return text === 'true';
  if (kind === 'lines') return text.split(/[\s,]+/).filter(Boolean);
  if (kind === 'number') return /^\s*\d{1,15}\s*$/.test(text) ? Number(text) : undefined;
  const typed = kind === 'long' ? text : text.trim();
  return typed === '' && isNullable ? null : typed;
}

/** "Enabled: on · Requests a minute: 60": what a setting holds, in one line; parts without a value are left out. */
export function describeStored(settings: Settings, { name, parts }: StoredSetting): string {
  return parts
    .flatMap((part) => {
      const value = readPart(settings, name, part);
      if (typeof value === 'boolean') return [`${part.label}: ${value ? 'on' : 'off'}`];
      const text = toText(value).split('\n').join(', ');
      if (text === '') return [];
      return [part.name === '' ? text : `${part.label}: ${text}`];
    })
    .join(' · ');
}
