/** What the API says where only its fields say what is wrong. */
const FIELDS_SAY_IT = 'Some fields are missing or invalid.';
/** Shorter ones are marks for programs, as "taken": the message says the same in a sentence. */
const LEAST_WORDS = 3;

/** How a check of the API says a rule, and how a person does: "… is longer than 64 characters". */
const rules: readonly [RegExp, (...found: string[]) => string][] = [
  [/^Too small: expected string to have >=1 characters$/, () => 'is empty'],
  [/^Too small: expected string to have >=(\d+) characters$/, (least) => `has less than ${least} characters`],
  [/^Too big: expected string to have <=(\d+) characters$/, (most) => `is longer than ${most} characters`],
  [/^Too small: expected array to have >=(\d+) items$/, (least) => `has less than ${least} entries`],
  [/^Too big: expected array to have <=(\d+) items$/, (most) => `has more than ${most} entries`],
  [/^Too small: expected \w+ to be >=(-?[\d.]+)$/, (least) => `must be at least ${least}`],
  [/^Too big: expected \w+ to be <=(-?[\d.]+)$/, (most) => `must be at most ${most}`],
  [/^Invalid option: expected one of (.+)$/, (of) => `must be one of ${listQuoted(of ?? '')}`],
  [/^Invalid input: expected int, .*$/, () => 'must be a whole number'],
  [/^Invalid input: expected (\w+), received undefined$/, () => 'is missing'],
  [/^Invalid input: expected (\w+), .*$/, (kind) => `must be a ${kind}`],
];

/** `"a"|"b"` as `a, b`. */
const listQuoted = (text: string) => text.replaceAll('"', '').replaceAll('|', ', ');

/** Message and fields of an error of the API as a person reads them: each thing once, in sentences. */
export function describeFields(message: string, fields: Readonly<Record<string, string>>): string[] {
  const entries = Object.entries(fields);
  if (message === FIELDS_SAY_IT && entries.length > 0)
    return entries.map(([name, text]) => `${toSubject(name)} ${toPredicate(text)}.`);
  const more = entries
    .filter(([, text]) => !isSaid(message, text))
    .map(([name, text]) => `${toSubject(name)}: ${text.replace(/\.$/, '')}.`);
  return [message, ...more];
}

/** `deployment_config.cpuLimit` as `CPU limit`. */
function toSubject(name: string): string {
  const words = (name.split('.').findLast((part) => !/^\d+$/.test(part)) ?? name)
    .replaceAll('_', ' ')
    .replaceAll(
      /([a-z])([A-Z])/g,
      (_all, before: string, after: string) => `${before} ${after.toLowerCase()}`,
    )
    .replaceAll(/\b(cpu|url|id|https?)\b/g, (short) => short.toUpperCase());
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function toPredicate(text: string): string {
  for (const [rule, say] of rules) {
    const found = rule.exec(text);
    if (found) return say(...found.slice(1));
  }
  return `is not accepted: ${text.charAt(0).toLowerCase()}${text.slice(1).replace(/\.$/, '')}`;
}

function isSaid(message: string, text: string): boolean {
  const words = text.toLowerCase().match(/[\w:.-]*\w/g) ?? [];
  if (words.length < LEAST_WORDS) return true;
  const said = message.toLowerCase();
  return words.filter((word) => said.includes(word)).length * 2 >= words.length;
}
