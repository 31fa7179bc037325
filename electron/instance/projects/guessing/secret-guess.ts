import { isOfSignIn, isOfWebhook, readName } from './secret-name.ts';

export interface SecretGuess {
  isSecret: boolean;
  /** Why, in words; never the value. */
  because: string;
}

const PLAIN_VALUE = /^(|true|false|yes|no|on|off|null|none|-?\d{1,12}(\.\d+)?(ms|s|m|h|d|kb|mb|gb|k|%)?)$/i;

const SWITCH = /^(|true|false|yes|no|on|off|null|none)$/i;
/** A number, with its unit or as a calculation. */
const AMOUNT = /^[-+(]*\d[\w\s.,:*()%+-]{0,40}$/;
const PLACE = /[/\\.~]/;
const ADDRESS = /^[a-z][a-z0-9+.-]{0,30}:\/\/[^\s@]{0,500}$/i;
const FILE =
  /^(%[\w.]+%|~|\.{0,2}|[A-Z]:)([/\\][\w.@ -]+)+\.(pem|key|crt|cer|der|p8|p12|pfx|jks|pub|json|txt|ya?ml|conf)$|^\/(run|etc|var|home|opt|usr|mnt|srv|app|data)(\/[\w.@-]+)+$/i;
/** A name and a password; not a host and its port. */
const PAIR = /^[^\s:/]+:(?!\d{1,5}$)[^\s:/]{3,}$/;

/** Of what is a secret only because nothing says that it is none. */
export const IN_DOUBT = 'the value could be a secret';

/** Only this much of a value is checked, to limit the time; longer values never count as ordinary. */
export const MAX_JUDGED_CHARACTERS = 8192;
const FINGERPRINT_NAME = /(^|_)(SHA|SHA1|SHA256|COMMIT|REVISION|CHECKSUM|DIGEST|ETAG)(_|$)/;

/** Prefixes that issuers gave their tokens so that they can be recognised. */
const TOKEN_FORMS =
  /^(gh[pousr]_|github_pat_|glpat-|sk_live_|sk_test_|rk_live_|whsec_|xox[abeoprs]-|sk-|AKIA|ASIA|AIza|ya29\.|SG\.|key-|npm_|pypi-|dop_v1_|hf_|shpat_|EAAC|tk_|dt_|GOCSPX-|AGE-SECRET-KEY-|-----BEGIN [A-Z ]*PRIVATE KEY)/;
/** Number of the bot, then 35 characters (core.telegram.org/bots/api). */
const TELEGRAM_TOKEN = /^(bot)?\d{6,12}:[\w-]{30,}$/;
/** As crypt(5) and PHC strings write it: a short password is found from it. */
const PASSWORD_HASH =
  /(^|[:,\s])\$(2[abxy]|1|5|6|7|y|apr1|argon2(id|i|d)|scrypt|pbkdf2[\w-]{0,20})\$[\w./=,+-]{4}/;
const JWT = /^eyJ[\w-]+\.eyJ[\w-]+\.[\w-]*$/;
/**
 * The beginning of `://user:password@`. What looks like the port of a web address is one: other addresses name their host
 * after an `@` only.
 */
const URL_WITH_USER =
  /\b(?:(?:https?|wss?):\/\/[^/\s:@]*:(?!\d{1,5}([/?#,\s]|$))|(?!https?:|wss?:)[a-z][a-z0-9+.-]{0,30}:\/\/[^/\s:@]*:)/gi;
/** An e-mail address as the name. */
const URL_WITH_ADDRESS_AS_USER = /:\/\/[^/\s:@]+@[^/\s:@]+:[^/\s@]+@/;
/** Instead of a name and a password, one token. */
const URL_WITH_TOKEN = /:\/\/[^/\s:@]{16,}@/;
/** URLs that are secrets themselves: anyone who knows one may write there. */
const SECRET_ADDRESS =
  /:\/\/(hooks\.slack\.com\/|(\w+\.)?discord(app)?\.com\/api\/webhooks\/|[\w.-]+\.webhook\.office\.com\/|outlook\.office(365)?\.com\/webhook\/|hooks\.zapier\.com\/|chat\.googleapis\.com\/v1\/spaces\/|api\.telegram\.org\/bot\d)/i;
const AUTHORIZATION = /^(Bearer\s+\S{4,}|(Token|ApiKey)\s+\S{16,})$/i;
const BASIC_AUTHORIZATION = /^Basic\s+([\w+/-]+=*)$/i;
/** `password=…` in connection strings and queries, `"client_secret": "…"` in JSON, `token: …` in headers. */
const INNER_SECRET =
  /(?:password|passwd|passphrase|pwd|secret|token|account_?key|access_?key|secret_?key|private_?key|api_?key|authorization|(?<![a-z])(?:pass|sig|signature))(?:["']\s*:\s*|\s*=\s*|:\s+)["']?([^\s;&,"'}]+)/gi;
/** Random-looking: long, one word, and more than this many bits a character. */
const MIN_RANDOM_LENGTH = 20;
const MIN_ENTROPY_BITS = 3.7;

/**
 * Whether a variable is probably a secret: first by its value (formats only secrets have), then by its name, then by what
 * else its value looks like. Where both say different things, a value that could be a secret is one, whatever it is called;
 * and under the name of a secret only what can be none is plain: nothing, a switch, an address without a password, the path
 * of a file. In doubt, yes: encrypting a plain value does no harm, the opposite does.
 */
export function guessSecret(name: string, value: string): SecretGuess {
  const upper = name.toUpperCase();
  const judged = value.slice(0, MAX_JUDGED_CHARACTERS);
  const form = findSecretForm(judged);
  if (form !== null) return secret(form);
  const says = readName(upper);
  if (says === 'public') return plain('the name says it is public');
  if (says === 'setting') return plain('the name is a common setting');
  if (SWITCH.test(value)) return plain('the value is empty or a switch');
  if (says === 'secret') {
    return isPlace(judged) && !isOfWebhook(upper)
      ? plain('the value is an address or a path')
      : secret('the name suggests it');
  }
  if (PLAIN_VALUE.test(value)) return plain('the value is a number or a switch');
  if (FINGERPRINT_NAME.test(upper) && /^[0-9a-f]+$/i.test(value)) return plain('the value is a fingerprint');
  if (looksRandom(judged)) return secret('the value looks random');
  if (looksLikePassword(value)) return secret('the value looks like a password');
  if (isOfSignIn(upper) && PAIR.test(value)) return secret('the value looks like a name and a password');
  if (says === 'amount' && !AMOUNT.test(value)) return secret('the name suggests it');
  if (says === 'place' && !PLACE.test(value)) return secret('the name suggests it');
  if (isOrdinary(value)) return plain('the value is ordinary text');
  return secret(IN_DOUBT);
}

/** What only secrets look like, in words; null for anything else. */
function findSecretForm(value: string): string | null {
  if (value.includes('PRIVATE KEY-----')) return 'the value is a private key';
  if (TOKEN_FORMS.test(value) || TELEGRAM_TOKEN.test(value))
    return 'the value has the format of a known token';
  if (JWT.test(value)) return 'the value is a signed token';
  if (PASSWORD_HASH.test(value)) return 'the value is the hash of a password';
  if (hasPasswordInUrl(value) || URL_WITH_ADDRESS_AS_USER.test(value))
    return 'the value is a URL with a password';
  if (URL_WITH_TOKEN.test(value)) return 'the value is a URL with a token';
  if (SECRET_ADDRESS.test(value)) return 'the value is a secret URL';
  if (AUTHORIZATION.test(value) || isBasicAuthorization(value)) return 'the value is an authorization header';
  const inner = [...value.matchAll(INNER_SECRET)].some(([, held]) => !PLAIN_VALUE.test(held ?? ''));
  return inner ? 'the value contains a password or key' : null;
}

/**
 * Whether an `@` follows later in the same word: a password may hold slashes. Word by word and not in one expression, which
 * would look for the `@` of every beginning up to the end of the value.
 */
function hasPasswordInUrl(value: string): boolean {
  if (!value.includes('@')) return false;
  return value.split(/\s+/).some((word) => {
    const at = word.lastIndexOf('@');
    return [...word.matchAll(URL_WITH_USER)].some(({ index, 0: begin }) => index + begin.length < at);
  });
}

/** RFC 7617: a name, a colon and a password. */
function isBasicAuthorization(value: string): boolean {
  const [, encoded] = BASIC_AUTHORIZATION.exec(value) ?? [];
  return encoded !== undefined && Buffer.from(encoded, 'base64').includes(':');
}

function looksRandom(value: string): boolean {
  if (/^[0-9a-f]{32,}$/i.test(value)) return true;
  return (
    value.length >= MIN_RANDOM_LENGTH &&
    /^[A-Za-z0-9+/=_-]+$/.test(value) &&
    /\d/.test(value) &&
    entropyBits(value) > MIN_ENTROPY_BITS &&
    !isOfWords(value)
  );
}

/** Options and lists of names: words with few digits at their end, and numbers. Of random letters some cannot be spoken. */
function isOfWords(value: string): boolean {
  return (
    /[/=_-]/.test(value) &&
    value.split(/[+/=_-]+/).every((part) => /^([A-Z]?[a-z]+|[A-Z]+)?\d{0,4}$/.test(part)) &&
    !/[bcdfghjklmnpqrstvwxz]{5}/i.test(value)
  );
}

/** An address without a password, a token or anything random in it; or the path of a file, as keys are given to servers. */
function isPlace(value: string): boolean {
  return (
    FILE.test(value) ||
    (ADDRESS.test(value) && value.split(/[^A-Za-z0-9_-]+/).every((part) => !looksRandom(part)))
  );
}

/**
 * One word of small and capital letters, digits and the marks that rules for passwords ask for; no path, no
 * version.
 */
function looksLikePassword(value: string): boolean {
  return (
    /^[^\s/[\](){}]{8,64}$/.test(value) &&
    !/^\W{0,2}v?\d+\.\d/.test(value) &&
    [/[a-z]/, /[A-Z]/, /\d/, /[!#$%^&*?+~|]/].every((part) => part.test(value))
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
  if (value.length > MAX_JUDGED_CHARACTERS) return false;
  // A regular expression, from its beginning to its end.
  if (/^\^[^`]*\$$/.test(value)) return true;
  return /^[\p{L}\p{N}\s.,:;/@_~*?&=%#+()<>![\]{}"'$|\\-]*$/u.test(value);
}

function secret(because: string): SecretGuess {
  return { isSecret: true, because };
}

function plain(because: string): SecretGuess {
  return { isSecret: false, because };
}
