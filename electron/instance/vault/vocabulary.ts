/** What a sealed value is. Bound into its ciphertext, so a name here never changes. */
export const secretKinds = [
  'env_var',
  'tls_private_key',
  'acme_account_key',
  'api_key',
  'deployment_token',
  'oidc_client_secret',
  'email_credentials',
  'notification_credentials',
  'ssh_private_key',
  'preview_password',
  's3_credentials',
  'dns_credentials',
  'git_credentials',
  'registry_credentials',
  'totp_secret',
  'webhook_secret',
] as const;
export type SecretKind = (typeof secretKinds)[number];

export const custodyNames = ['keychain', 'passphrase', 'file', 'external'] as const;
export type CustodyName = (typeof custodyNames)[number];

export const keyStates = ['active', 'retiring', 'retired', 'lost'] as const;
export type KeyState = (typeof keyStates)[number];

export const copyFormats = ['age', 'words', 'pdf', 'kdbx', 'bitwarden', 'csv', 'text', 'plain'] as const;
export type CopyFormat = (typeof copyFormats)[number];

export const rotationStates = ['staged', 'proven', 'sealing', 'done', 'undone'] as const;
export type RotationState = (typeof rotationStates)[number];

/** Fewer are refused unjudged (NIST SP 800-63B asks for 8 even where guessing is throttled). */
export const MIN_PASSPHRASE_CHARACTERS = 12;
