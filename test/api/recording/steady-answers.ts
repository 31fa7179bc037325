import { hostname } from 'node:os';

/** What stays of an answer from run to run: what is made anew every time, or is text for people, gives way to a word. */

const listNames = (names: string) => new Set(names.split(' '));

/** What stands in these fields is for people: that there is a text counts, and where. */
const FOR_PEOPLE = listNames(
  'because description detail label message not_contains not_separate note opens said steps summary title warning',
);
const MADE_ANEW = listNames(
  'api_key content content_base64 key_prefix key_text os_release otpauth_url qr_text recovery_codes secret_key token token_prefix word words',
);
const CHANCE_NUMBERS = listNames('free_bytes positions size_bytes');
/** Here even whether there is one, and how many, is chance. */
const CHANCE = listNames('eta_ms nearest per_second');

const PATTERNS: [RegExp, string][] = [
  [/-----BEGIN [\s\S]+?-----END [A-Z ]+-----/g, '<pem>'],
  [/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi, '<uuid>'],
  [/\b[0-9A-F]{4}(-[0-9A-F]{4}){3}\b/gi, '<fingerprint>'],
  [/\b([0-9A-F]{2}:){31}[0-9A-F]{2}\b/gi, '<fingerprint>'],
  [/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>'],
  [/\b20\d\d-\d\d-\d\d\b/g, '<date>'],
  [/(\/assets\/\w+)-[\w-]{8}\./g, '$1-<hash>.'],
  [/(\/[\w.-]+)*\/temps-[a-z]+-\w{6}/g, '<folder>'],
  [/\b(tk|dt)_[\w-]{12,}/g, '<key>'],
  [/(?<![\w-])[\w-]{43}(?![\w-])/g, '<token>'],
  // Also as part of a name that is to be unlike every other, with digits made by chance.
  [/(?<!\d)1\d{12}(\d?[.-]\d{9,})?/g, '<time>'],
  [/\b[0-9a-f]{16,}\b/gi, '<hex>'],
  [/\b(localhost|127\.0\.0\.1):\d+/g, '$1:<port>'],
  [new RegExp(`(?<![\\w-])${hostname()}(?![\\w-])`, 'g'), '<host>'],
];

/** Asks for what goes on in the background: how far that has come when the answer is made is chance. */
const BEGINS = new Set(['POST /vault/doctor']);

const HEADERS = [
  'allow',
  'cache-control',
  'content-disposition',
  'content-type',
  'location',
  'www-authenticate',
  'x-total-count',
];

export function steadyText(text: string): string {
  return PATTERNS.reduce((changed, [pattern, word]) => changed.replace(pattern, word), text);
}

export function steadyHeaders(
  headers: Record<string, string | string[] | undefined>,
): Record<string, unknown> {
  const kept = HEADERS.filter((name) => headers[name] !== undefined).map((name) => [
    name,
    steadyText(String(headers[name])),
  ]);
  const cookies = [headers['set-cookie'] ?? []].flat();
  return {
    ...Object.fromEntries(kept),
    ...(headers['retry-after'] === undefined ? {} : { 'retry-after': '<seconds>' }),
    ...(cookies.length === 0
      ? {}
      : { 'set-cookie': cookies.map((cookie) => cookie.replace(/^([^=]+)=[^;]+/, '$1=<token>')) }),
  };
}

/**
 * A JSON answer with its exact numbers, truths and codes, a short plain text; of any other about how long it is.
 *
 * @param asked `GET /projects`.
 */
export function steadyBody(asked: string, text: string, contentType: string): unknown {
  if (text === '') return null;
  if (/\bjson\b/.test(contentType)) {
    const body = JSON.parse(text);
    const hasBegun = BEGINS.has(asked) && !contentType.includes('problem');
    return hasBegun ? keepNames(body) : steadyValue(body);
  }
  const isShortText = contentType.startsWith('text/plain') && text.length < 1024;
  return isShortText ? steadyText(text) : `<${classOf(text.length)}>`;
}

function classOf(length: number): string {
  if (length < 1024) return 'less than 1 KiB';
  return length < 32 * 1024 ? 'less than 32 KiB' : '32 KiB or more';
}

function steadyValue(value: unknown, field = ''): unknown {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return steadyObject(value, field);
  if (CHANCE.has(field)) return `<${field}>`;
  if (Array.isArray(value)) return steadyList(value, field);
  if (typeof value === 'string') return steadyString(value, field);
  if (typeof value !== 'number') return value;
  if (CHANCE_NUMBERS.has(field)) return `<${field}>`;
  return value > 1e12 ? '<time>' : value;
}

function steadyString(value: string, field: string): string {
  if (MADE_ANEW.has(field)) return `<${field}>`;
  // A reason is a code here, and a sentence there.
  const isForPeople = FOR_PEOPLE.has(field) || (field === 'reason' && value.includes(' '));
  return isForPeople ? '<text>' : steadyText(value);
}

/** What is listed by identifiers made by chance comes in any order. */
function steadyList(list: unknown[], field: string): unknown[] {
  const items = list.map((item) => steadyValue(item, field));
  return isByChance(items) ? items.sort(byText) : items;
}

/** Names may be made anew too, as where something is counted by key. */
function steadyObject(value: object, field: string): Record<string, unknown> {
  const entries = Object.entries(value)
    .map(
      ([name, item]) => [steadyText(name), steadyValue(item, field === 'errors' ? 'message' : name)] as const,
    )
    .sort(byText);
  const kept: Record<string, unknown> = {};
  for (const [name, item] of entries) {
    let free = name;
    for (let number = 2; free in kept; number++) free = `${name} ${number}`;
    kept[free] = isByChance(item) && isPart(item, value) ? item.map(keepNames) : item;
  }
  return kept;
}

function isByChance(items: unknown): items is { id: string }[] {
  return Array.isArray(items) && items.some((item) => item?.id === '<uuid>');
}

/** Any may be on this page, and any on the next. */
function isPart(items: unknown[], page: { per_page?: unknown; total?: unknown }): boolean {
  return page.per_page !== undefined && items.length < Number(page.total);
}

function keepNames(item: object): object {
  return Object.fromEntries(Object.keys(item).map((name) => [name, '<any>']));
}

function byText(a: unknown, b: unknown): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}

/** Types for values; the items of a list by the shapes there are. */
export function describeShape(value: unknown): unknown {
  if (value === undefined || typeof value !== 'object') return typeof value;
  if (value === null) return 'null';
  if (Buffer.isBuffer(value)) return 'bytes';
  if (Array.isArray(value))
    return [...new Set(value.map((item) => JSON.stringify(describeShape(item))))].map((shape) =>
      JSON.parse(shape),
    );
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [steadyText(name), describeShape(item)]),
  );
}
