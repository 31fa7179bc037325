import { describe, expect, it } from 'vitest';
import { guessSecret } from '../../../electron/instance/projects/secret-guess.ts';

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
];

describe('the guess of what is secret', () => {
  it.each(secrets)('takes %s for a secret', (name, value) => {
    expect(guessSecret(name, value)).toMatchObject({ isSecret: true });
  });

  it.each(plain)('takes %s for plain', (name, value) => {
    expect(guessSecret(name, value)).toMatchObject({ isSecret: false });
  });

  it('gives its reason without the value', () => {
    for (const [name, value] of secrets)
      if (value.length > 3) expect(guessSecret(name, value).because).not.toContain(value);
  });
});
