import { describe, expect, it } from 'vitest';
import { guessSecret } from '../../../../electron/instance/projects/guessing/secret-guess.ts';

const secrets: [string, string][] = [
  ['DATABASE_URL', 'postgres://shop:hunter2@db:5432/shop'],
  ['REDIS_URL', 'redis://:pw@cache:6379/0'],
  ['AMQP_URL', 'amqp://guest:guest@mq'],
  ['DB_PASSWORD', 'x'],
  ['POSTGRES_PASSWORD', 'postgres'],
  ['PGPASSWORD', 'abc'],
  ['SECRET_KEY_BASE', 'a0b1c2d3'],
  ['JWT_SECRET', 'abc'],
  ['SESSION_SECRET', 'keyboard cat'],
  ['STRIPE_SECRET_KEY', 'sk_live_51H'],
  ['STRIPE_WEBHOOK_SECRET', 'whsec_1'],
  ['AWS_SECRET_ACCESS_KEY', 'wJalrXUtnFEMI/K7MDENG'],
  ['AWS_ACCESS_KEY_ID', 'AKIAIOSFODNN7EXAMPLE'],
  ['GITHUB_TOKEN', 'ghp_16C7e42F292c6912E7710c838347Ae178B4a'],
  ['SLACK_BOT_TOKEN', 'xoxb-1-2-3'],
  ['SENDGRID_API_KEY', 'SG.abc'],
  ['OPENAI_API_KEY', 'sk-abc'],
  ['SENTRY_DSN', 'https://abc@sentry.io/1'],
  ['TLS_PRIVATE_KEY', '-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----'],
  ['SOMETHING', '-----BEGIN RSA PRIVATE KEY-----'],
  ['SERVICE', 'eyJhbGciOi.eyJzdWIiOi.c2ln'],
  ['ENCRYPTION_KEY', '0123456789abcdef'],
  ['APP_KEY', 'base64:abcdef'],
  ['SMTP_PASS', 'pw'],
  ['MAIL_PWD', 'pw'],
  ['COOKIE_SECRET', 'c'],
  ['HMAC_SIGNATURE', 's'],
  ['OAUTH_CLIENT_SECRET', 's'],
  ['TWILIO_AUTH_TOKEN', 't'],
  ['NPM_TOKEN', 'npm_abc'],
  ['CREDENTIALS', 'a:b'],
  ['PASSWORD_SALT', 'nacl'],
  ['BLOB', 'q8Zx31Lw9TtVb27KcYmR5uHs'],
  ['NEXT_PUBLIC_MISTAKE', 'sk_live_51H'],
  ['DATABASE_URL', 'postgres://shop:p/ss:w0rd@db/x'],
  ['DATABASE_URL', 'postgres://shop:12/34@db/x'],
  ['JDBC_URL', 'jdbc:postgresql://shop:pw@db/x'],
  ['MONGO_URL', 'mongodb://shop:p@ss@a:27017,b:27017/x'],
  ['UPSTREAM', 'https://shop:p/w@api.example.org'],
  ['REMOTE', 'https://0123456789abcdef01@git.example.org/shop'],
  ['NOTIFY_URL', 'https://hooks.slack.com/services/T000/B000/XXXXXXXX'],
  ['NOTIFY_URL', 'https://discord.com/api/webhooks/123/abc'],
  ['BOT', '123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsawx'],
  [
    'STORAGE',
    'DefaultEndpointsProtocol=https;AccountName=shop;AccountKey=abc==;EndpointSuffix=core.windows.net',
  ],
  ['PG', 'host=db user=x password=hunter2'],
  ['SA', '{"client_secret":"GOCSPX-abc"}'],
  ['SA', '{"type": "x", "dbPassword" : "abc"}'],
  ['GOOGLE', 'GOCSPX-abc'],
  ['FEED', 'https://blob.example.org/x?sv=2020&sig=abc%3D'],
  ['AUTH_HEADER', 'Basic dXNlcjpwYXNz'],
  ['HDR', 'Bearer abcdef'],
  ['HDR', 'authorization: abcdef'],
  ['SECRET_NAME', 'supersecret'],
  ['LOGIN_WORD', 'Tr0ub4dor&3'],
  ['BLOB', '00112233445566778899aabbccddeeff'],
  ['LONG', 'word '.repeat(2000)],
  // Without a mark between the words.
  ['PAPERLESS_DBPASS', 'paperless'],
  ['SMTP_USERPWD', 'x'],
  ['MASTERKEY', 'x'],
  // Whose, or which one, comes last.
  ['CLIENT_SECRET_GITHUB', 'abc'],
  ['OPENSSL_KEY_V1', 'abc'],
  ['PASSWORD_ROOT', '123456'],
  ['PIN_ADMIN', '1234'],
  ['SECRET_KEY_BASE', 'abc'],
  ['APIKEY_ALLOWED_KEYS', 'abc,def'],
  // What looks like a trait, and is the secret.
  ['VAULT_SECRET_ID', '550e8400-e29b-41d4-a716-446655440000'],
  ['SESSION_ID', '550e8400-e29b-41d4-a716-446655440000'],
  // The value is not what the name says.
  ['TOKEN_LIFETIME', 'hunter2'],
  ['KEY_FILE', 'hunter2'],
  ['PASSWORD_LENGTH', 'q8Zx31Lw9TtVb27KcYmR5uHs'],
  ['SECRET_PATH', 'q8Zx31Lw9TtVb27KcYmR5uHs'],
  ['AUTH_BASIC', 'admin:hunter2'],
  ['ACCESS_KEY_ID', 'q8Zx31Lw9TtVb27KcYmR5uHs'],
  ['AUTH_TYPE', 'Tr0ub4dor&3'],
  ['BASICAUTH', 'admin:hunter2'],
  ['BASIC_AUTH_USERS', 'admin:hunter2'],
  ['HTPASSWD', 'admin:x'],
  // A hash of a password, alone or behind a name.
  ['DASHBOARD_USERS', 'admin:$2y$05$FakeFakeFakeFakeFakeFu'],
  ['USERS', 'ada:$apr1$fake$FakeFake,ben:$apr1$fake$FakeFake'],
  ['PANEL', '$argon2id$v=19$m=65540,t=3,p=4$ZmFrZQ$ZmFrZQ'],
  // An address may be the secret.
  ['DEPLOY_WEBHOOK_URL', 'https://ci.example/hook/abc'],
  ['DEPLOY_WEBHOOK', 'https://ci.example/hook/abc'],
  ['API_TOKEN', 'https://feed.example/q8Zx31Lw9TtVb27KcYmR5uHs'],
  ['MAILER_DSN', 'postmark+api://abc@default'],
  ['SMTP_URL', 'smtps://user@example.org:pass@smtp.example.org'],
  ['DB_PASSWORD', '/etc'],
  ['DB_PASSWORD', '/hunter2.x'],
  // What could be options or a list of names, and is neither.
  ['SOMETHING', 'q8zx-31lw-9ttv-b27k-cymr'],
  ['SOMETHING', 'xkcdfgh-qwrtzp-2034-bcdfg'],
  ['SOMETHING', '^q`$'],
  // Of a word that counts at the end.
  ['REDIS_AUTH', 'abc'],
  ['MY_COOKIE', 'abc'],
  ['COOKIE_VALUE', 'abc'],
  ['AUTH_STRING', 'abc'],
  ['APP_PRIVATE_KEY_BASE64', 'abc'],
];
const plain: [string, string][] = [
  ['NODE_ENV', 'production'],
  ['PORT', '3000'],
  ['HOST', '0.0.0.0'],
  ['LOG_LEVEL', 'debug'],
  ['DEBUG', 'app:*'],
  ['TZ', 'Europe/Berlin'],
  ['APP_NAME', 'My shop'],
  ['BASE_URL', 'https://shop.example.org/path'],
  ['NEXT_PUBLIC_STRIPE_KEY', 'pk_live_abc'],
  ['VITE_API_URL', 'https://api.example.org'],
  ['STRIPE_PUBLISHABLE_KEY', 'pk_test_abc'],
  ['PUBLIC_KEY', 'ssh-ed25519 AAAA'],
  ['TOKEN_TTL', '3600'],
  ['JWT_EXPIRES_IN', '15m'],
  ['SESSION_TIMEOUT', '30m'],
  ['PASSWORD_MIN_LENGTH', '12'],
  ['AUTH_ENABLED', 'true'],
  ['COOKIE_DOMAIN', 'example.org'],
  ['KEYBOARD_LAYOUT', 'de'],
  ['MAX_CONNECTIONS', '100'],
  ['FEATURE_X', 'on'],
  ['ALLOWED_HOSTS', 'a.example,b.example'],
  ['SMTP_HOST', 'mail.example.org'],
  ['SMTP_PORT', '587'],
  ['SMTP_USER', 'shop@example.org'],
  ['MAIL_FROM', 'Shop <shop@example.org>'],
  ['S3_BUCKET', 'shop-assets'],
  ['AWS_REGION', 'eu-central-1'],
  ['CACHE_TTL_SECONDS', '60'],
  ['RATE_LIMIT', '10.5'],
  ['EMPTY', ''],
  ['API_KEY', ''],
  ['LOCALE', 'de_DE.UTF-8'],
  ['LOGIN', 'hunter2'],
  ['UPSTREAM', 'http://api:8080/v1/@latest'],
  ['REDIS_URL', 'redis://cache:6379/0'],
  ['CDN', 'https://cdn.example.org/npm/@scope/pkg@1.2.3'],
  ['REPOSITORY', 'ssh://git@git.example.org/shop.git'],
  ['COOKIE_NAME', 'shop'],
  ['TOKEN_HEADER', 'X-Shop-Token'],
  ['AUTH_STRATEGY', 'bearer'],
  ['PLAN', 'Basic plan'],
  ['GRANTS', 'grant_type=password'],
  ['OAUTH_SETTINGS', '{"tokenTtl":3600,"secret":true,"token_url":"https://id.example.org"}'],
  ['BYPASS', 'bypass=localhost,127.0.0.1'],
  ['COMMIT_SHA', 'da39a3ee5e6b4b0d3255bfef95601890afd80709'],
  ['TENANT_ID', '550e8400-e29b-41d4-a716-446655440000'],
  ['PACKAGE', '1.2.3-Beta+4'],
  ['CRON', '*/5 * * * *'],
  ['LOG_FORMAT', '%Y-%m-%dT%H:%M:%S'],
  ['GLOB', 'src/**/*.Test1.ts'],
  ['DSN_OF_NOTHING_NAME', 'Shop 2'],
  ['PG_OPTIONS', 'host=db user=x sslmode=require'],
  ['USER_AGENT', 'Mozilla/5.0 (X11; Linux x86_64)'],
  // About a secret: a time, a number, a place, a kind.
  ['ACCESS_TOKEN_EXPIRE_MINUTES', '60'],
  ['REFRESH_TOKEN_EXPIRY', '(1000 * 60 * 60 * 24) * 7'],
  ['JWT_REFRESH_LIFETIME', '2 days'],
  ['OPENAI_MAX_TOKENS', '4096'],
  ['MAX_TOKENS_PER_REQUEST', '8000'],
  ['PASSWORD_ITERATIONS', '600000'],
  ['KEY_PATH', './certs/key.pem'],
  ['RSA_KEY_FILENAME', 'data/rsa_key'],
  ['TLS_KEYFILE', '/etc/ssl/x.key'],
  ['OIDC_TOKEN_URI', 'https://id.example/token'],
  ['API_KEY_PREFIX', 'cal_'],
  ['SSH_KEY_TYPE', 'ed25519'],
  ['SIGNING_KEY_ID', '2026-11'],
  ['PASSWORD_POLICY', '{"minLength":12}'],
  ['CERT_FINGERPRINT', 'FA:4E:00:00'],
  // Words that name an area.
  ['AUTH_PROVIDERS', 'github'],
  ['AUTH_GITHUB_CLIENT_ID', '99d3fake'],
  ['AUTH_EMULATOR', 'localhost:9099'],
  ['NEXT_PRIVATE_SMTP_TRANSPORT', 'smtp-auth'],
  ['COOKIE_PATH', '/'],
  ['SESSION_STORE', 'redis'],
  // Under the name of a secret what can be none.
  ['MYSQL_SSL_KEY', '/etc/ssl/private/ledger.key'],
  ['JWT_SECRET_KEY', '%kernel.project_dir%/config/jwt/private.pem'],
  ['DB_PASSWORD_FILE', '/run/secrets/db'],
  ['MAILER_DSN', 'null://null'],
  ['TOKENIZERS_PARALLELISM', 'false'],
  // Options, lists of names, regular expressions.
  ['NODE_OPTIONS', '--max-old-space-size=4096'],
  ['FLAGS', 'fido2-vault-credentials'],
  ['CORS_ALLOW_ORIGIN', '^https?://(localhost|127\\.0\\.0\\.1)(:[0-9]+)?$'],
  ['MONKEY', 'banana'],
  ['OAUTH_SCOPES', 'read:user'],
  ['AUTHOR', 'Ada:Lovelace'],
  ['REWRITE', '$1$2'],
  ['PRICE', 'cost$5'],
  ['COMPASS', 'north'],
  ['BYPASS', 'none of it'],
];

describe('the guess of what is secret', () => {
  it.each(secrets)('takes %s for a secret', (name, value) => {
    expect(guessSecret(name, value)).toMatchObject({ isSecret: true });
  });

  it.each(plain)('takes %s for plain', (name, value) => {
    expect(guessSecret(name, value)).toMatchObject({ isSecret: false });
  });

  it('takes no long over a long value', () => {
    for (const piece of ['a', '://a:', 'password', 'token=', 'a.', 'aB3']) {
      const startedAt = performance.now();
      for (let at = 0; at < 10; at++) guessSecret('SOMETHING', piece.repeat(200_000));
      expect(performance.now() - startedAt, piece).toBeLessThan(2000);
    }
  });

  it('takes no long over many values, whatever is in them', () => {
    for (const piece of [
      'a://b:',
      '@ a://b:',
      'http://b:x',
      'a://b:@\n',
      '://a.a.a.a',
      'token ',
      "pass'",
      'aB3',
      'eyJ.',
      '/a.a',
      '://a@b:c',
      'a://b/',
      'ab-12',
    ]) {
      const value = piece.repeat(8000 / piece.length);
      const startedAt = performance.now();
      for (let at = 0; at < 100; at++) guessSecret('SOMETHING', value);
      expect(performance.now() - startedAt, piece).toBeLessThan(2000);
    }
  });

  it('gives its reason without the value', () => {
    for (const [name, value] of secrets)
      if (value.length > 3) expect(guessSecret(name, value).because).not.toContain(value);
  });
});
