/**
 * What a name says of its value. English puts last what a thing is: `TTL_TOKEN` is a token, `TOKEN_TTL` a time. So a
 * name with a word of secrets in it is that of a secret, unless it ends with what only something about a secret is.
 */
export type NameSays =
  | 'public'
  | 'setting'
  | 'secret'
  /** About a secret: a time, size or number; a file or an address; or any other trait. */
  | 'amount'
  | 'place'
  | 'trait'
  | 'unknown';

const PUBLIC =
  /^(NEXT_PUBLIC|VITE|REACT_APP|VUE_APP|NUXT_PUBLIC|EXPO_PUBLIC|GATSBY|PUBLIC)_|PUBLIC_KEY|PUBLISHABLE|^(SITE|ANON)_KEY$|SITEKEY/;
const SETTING =
  /^(NODE_ENV|ENV|APP_ENV|ENVIRONMENT|DEBUG|LOG_LEVEL|PORT|HOST|HOSTNAME|TZ|LANG|LC_ALL|PATH|HOME|SHELL|USER|EDITOR|PWD|OLDPWD|CI)$/;

/** Wherever they stand: what follows is often whose, or which one: `CLIENT_SECRET_GITHUB`, `KEY_V1`. */
const SECRET =
  /(^|_)(PASS|PASSWD|PASSWORD|PASSPHRASE|PWD|SECRET|SECRETS|TOKEN|APIKEY|KEY|KEYS|CREDENTIAL|CREDENTIALS|CREDS|DSN|SALT|PEPPER|SIGNATURE|PIN|OTP|WEBHOOK|JWT|HASH)(_|$|\d)|PASSWORD|SECRET|TOKEN|APIKEY/;
/** Without a mark between the words: `DBPASS`, `SMTP_USERPWD`, `MASTERKEY`. */
const GLUED =
  /(?<!(^|_)(BY|COM|OVER|UNDER|SUR|TRES))(?<=[A-Z])(PASS|PASSWD|PWD)(_|$)|(APP|ACCESS|ACCOUNT|AUTH|ENCRYPTION|LICENSE|MASTER|PRIVATE|SERVICE|SIGNING)KEYS?(_|$)/;
/** Elsewhere than at the end they name what a setting belongs to: `AUTH_PROVIDERS`, `COOKIE_PATH`, `NEXT_PRIVATE_SMTP_HOST`. */
const SECRET_AT_THE_END = /(^|_)(AUTH|SESSION|COOKIE|CERT|PRIVATE)(_?\d+)?$/;
/** How a value is written says nothing of what it is. */
const WRITTEN = /_(VALUE|STRING|TEXT|DATA|CONTENTS?|BASE64|B64|JSON|PEM|RAW)$/;

const AMOUNT =
  /_(TTL|TIMEOUT|EXP|EXPIRY|EXPIRES|EXPIRES_IN|EXPIRES_AT|EXPIRATION|LIFETIME|VALIDITY|PERIOD|DURATION|INTERVAL|MAX_AGE|LENGTH|SIZE|COUNT|LIMIT|MAX|MIN|ROUNDS|ITERATIONS|COMPLEXITY|COST|DIGITS|ATTEMPTS|RETRIES|THRESHOLD|WINDOW|PORT|MS|SECS|SECONDS|MINUTES|HOURS|DAYS)$|(^|_)(MAX|MIN|NUM)_(\w+_)?(TOKENS|KEYS|SECRETS|PASSWORDS)(_|$)/;
const PLACE = /_(PATH|DIR|DIRECTORY|FOLDER|[A-Z]*FILE|FILENAME|URL|URI|ENDPOINT)$/;
const TRAIT =
  /_(ALGORITHM|ALG|ISSUER|AUDIENCE|ENABLED|DISABLED|ALLOWED|REQUIRED|NAME|HEADER|HOST|HOSTNAME|DOMAIN|DOMAINS|REGION|LEVEL|MODE|DRIVER|STRATEGY|METHOD|MECHANISM|TYPE|KIND|FORMAT|ENCODING|PROVIDER|PROVIDERS|BACKEND|STORE|TRANSPORT|CLASS|PREFIX|SUFFIX|SCOPE|SCOPES|CLAIM|CLAIMS|POLICY|SCHEDULE|FINGERPRINT|VERSION|SECURE|SAMESITE|SAME_SITE|HTTPONLY|ID)$/;
/** What ends like a trait, and is as often the secret itself. */
const SECRET_ALL_THE_SAME = /(^|_)((PASS|PASSWD|PASSWORD|PASSPHRASE|SECRET)_NAME|(SECRET|SESSION|TOKEN)_ID)$/;

/** @param upper the name in capitals. */
export function readName(upper: string): NameSays {
  if (PUBLIC.test(upper)) return 'public';
  if (SETTING.test(upper)) return 'setting';
  if (SECRET_ALL_THE_SAME.test(upper)) return 'secret';
  const name = upper.replace(WRITTEN, '');
  if (SECRET_AT_THE_END.test(name)) return 'secret';
  if (!SECRET.test(name) && !GLUED.test(name)) return 'unknown';
  if (AMOUNT.test(name)) return 'amount';
  // Who knows the address of a webhook may send to it.
  if (PLACE.test(name)) return isOfWebhook(name) ? 'secret' : 'place';
  return TRAIT.test(name) ? 'trait' : 'secret';
}

export function isOfWebhook(upper: string): boolean {
  return upper.includes('WEBHOOK');
}

/** Whether the value may be a name and a password, `ada:pass`, and no scope, `read:user`. */
export function isOfSignIn(upper: string): boolean {
  return /AUTH(?!OR)|LOGIN/.test(upper) && !TRAIT.test(upper);
}
