export interface SecretGuess {
  isSecret: boolean;
  /** Why, in words; never the value. */
  because: string;
}

const PUBLIC_NAME =
  /^(NEXT_PUBLIC|VITE|REACT_APP|NUXT_PUBLIC|EXPO_PUBLIC|GATSBY|PUBLIC)_|PUBLIC_KEY|PUBLISHABLE|^(SITE|ANON)_KEY$|SITEKEY/;
const SECRET_NAME =
  /(^|_)(PASS|PASSWD|PASSWORD|PASSPHRASE|PWD|SECRET|SECRETS|TOKEN|APIKEY|KEY|KEYS|PRIVATE|CREDENTIAL|CREDENTIALS|CREDS|DSN|AUTH|SALT|PEPPER|SIGNATURE|COOKIE|SESSION|CERT|PIN|OTP|WEBHOOK|JWT|HASH)(_|$|\d)|PASSWORD|SECRET|TOKEN|APIKEY/;
const HARMLESS_NAME =
  /(^|_)(TTL|TIMEOUT|EXPIRY|EXPIRES|EXPIRES_IN|LENGTH|ROUNDS|ALGORITHM|ALG|ISSUER|AUDIENCE|ENABLED|DISABLED|NAME|HEADER|URL_PATH|DOMAIN|HOST|PORT|REGION|LEVEL|MODE|DRIVER|STRATEGY|METHOD|MAX_AGE|COUNT|LIMIT|SIZE)$/;
const PLAIN_NAME =
  /^(NODE_ENV|ENV|APP_ENV|ENVIRONMENT|DEBUG|LOG_LEVEL|PORT|HOST|HOSTNAME|TZ|LANG|LC_ALL|PATH|HOME|SHELL|USER|EDITOR|PWD|CI)$/;
const PLAIN_VALUE = /^(|true|false|yes|no|on|off|null|none|-?\d{1,12}(\.\d+)?(ms|s|m|h|d|kb|mb|gb|k|%)?)$/i;

/** Beginnings that token makers gave their tokens so that they are recognised. */
const TOKEN_FORMS =
  /^(gh[pousr]_|github_pat_|glpat-|sk_live_|sk_test_|rk_live_|whsec_|xox[abeoprs]-|sk-|AKIA|ASIA|AIza|ya29\.|SG\.|key-|npm_|pypi-|dop_v1_|hf_|shpat_|EAAC|tk_|dt_|AGE-SECRET-KEY-|-----BEGIN [A-Z ]*PRIVATE KEY)/;
const JWT = /^eyJ[\w-]+\.eyJ[\w-]+\.[\w-]*$/;
const URL_WITH_PASSWORD = /^[a-z][a-z0-9+.-]*:\/\/[^/\s:@]*:[^/\s@]+@/i;
/** Random-looking: long, one word, and more than this many bits a character. */
const MIN_RANDOM_LENGTH = 20;
const MIN_ENTROPY_BITS = 3.7;

/**
 * Whether a variable is likely a secret: by its value first (a form that only secrets have), then its name.
 * In doubt, yes: a plain value kept as a secret costs nothing, the other way round it does.
 */
export function guessSecret(name: string, value: string): SecretGuess {
  const upper = name.toUpperCase();
  if (value.includes('PRIVATE KEY-----')) return secret('the value is a private key');
  if (TOKEN_FORMS.test(value)) return secret('the value has the form of a known token');
  if (JWT.test(value)) return secret('the value is a signed token');
  if (URL_WITH_PASSWORD.test(value)) return secret('the value is an address with a password in it');
  if (PUBLIC_NAME.test(upper)) return plain('the name says that it is public');
  if (PLAIN_NAME.test(upper)) return plain('the name is a common setting');
  if (SECRET_NAME.test(upper) && !HARMLESS_NAME.test(upper)) {
    return PLAIN_VALUE.test(value) && /^(|true|false|yes|no|on|off|null|none)$/i.test(value)
      ? plain('the value is empty or a switch')
      : secret('the name says so');
  }
  if (PLAIN_VALUE.test(value)) return plain('the value is a number or a switch');
  if (looksRandom(value)) return secret('the value looks random');
  if (isOrdinary(value)) return plain('the value is ordinary text');
  return secret('in doubt');
}

function looksRandom(value: string): boolean {
  return (
    value.length >= MIN_RANDOM_LENGTH &&
    /^[A-Za-z0-9+/=_-]+$/.test(value) &&
    /\d/.test(value) &&
    entropyBits(value) > MIN_ENTROPY_BITS
  );
}

/** Shannon entropy per character. */
function entropyBits(value: string): number {
  const counts = new Map<string, number>();
  for (const character of value) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / value.length) * Math.log2(count / value.length);
  return bits;
}

/** Words, host names, paths, addresses without a password, e-mail addresses, lists of them, JSON of them. */
function isOrdinary(value: string): boolean {
  return /^[\p{L}\p{N}\s.,:;/@_~*?&=%#+()<>![\]{}"'$|\\-]*$/u.test(value);
}

function secret(because: string): SecretGuess {
  return { isSecret: true, because };
}

function plain(because: string): SecretGuess {
  return { isSecret: false, because };
}
