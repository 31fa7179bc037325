import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RecordedAnswer } from './record-answers.ts';

/**
 * `npm run compare-answers -- BEFORE AFTER`: two folders that TEMPS_RECORD_ANSWERS named while the tests of the
 * API ran. Prints what differs, the same difference once with how often and where, and ends with 1 if anything does.
 */
const KINDS = [
  'missing request',
  'added request',
  'status',
  'removed key',
  'added key',
  'changed value',
] as const;

interface Difference {
  kind: (typeof KINDS)[number];
  /** The request and what of it differs, without what tells one of many from another. */
  what: string;
  /** File, test and request. */
  where: string;
}

const SHOWN_PLACES = 3;
const SHOWN_LENGTH = 100;

/** Every answer by its file, its test, what was asked, and the how manieth time it was. */
function readRecord(folder: string): Map<string, RecordedAnswer> {
  const record = new Map<string, RecordedAnswer>();
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.jsonl'))) {
    const times = new Map<string, number>();
    const answers = readFileSync(join(folder, file), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as RecordedAnswer)
      .sort((a, b) => a.number - b.number);
    for (const answer of answers) {
      const { test, via, method, path } = answer;
      const asked = `${file.replace('.jsonl', '')} › ${test} › ${via} ${method} ${path}`;
      const time = (times.get(asked) ?? 0) + 1;
      times.set(asked, time);
      record.set(`${asked} #${time}`, answer);
    }
  }
  return record;
}

function* compareRecords(
  before: Map<string, RecordedAnswer>,
  after: Map<string, RecordedAnswer>,
): Generator<Difference> {
  for (const [where, old] of before) {
    const now = after.get(where);
    if (now) yield* compareAnswers(where, old, now);
    else yield { kind: 'missing request', what: nameRequest(old), where };
  }
  for (const [where, now] of after)
    if (!before.has(where)) yield { kind: 'added request', what: nameRequest(now), where };
}

function* compareAnswers(where: string, old: RecordedAnswer, now: RecordedAnswer): Generator<Difference> {
  const name = nameRequest(old);
  if (old.status !== now.status)
    yield { kind: 'status', what: `${name}: ${old.status} → ${now.status}`, where };
  for (const part of ['request', 'headers', 'body'] as const)
    for (const { kind, what } of compareValues(part, old[part], now[part]))
      yield { kind, what: `${name}: ${what}`, where };
}

/** @param at where in the answer: `body.projects[].id`. */
function* compareValues(at: string, old: unknown, now: unknown): Generator<Omit<Difference, 'where'>> {
  if (!isHolder(old) || !isHolder(now) || Array.isArray(old) !== Array.isArray(now)) {
    if (JSON.stringify(old) !== JSON.stringify(now))
      yield { kind: 'changed value', what: `${at}: ${show(old)} → ${show(now)}` };
    return;
  }
  const inside = (key: string) => (Array.isArray(old) ? `${at}[]` : `${at}.${key}`);
  for (const [key, value] of Object.entries(old)) {
    if (Object.hasOwn(now, key)) yield* compareValues(inside(key), value, now[key]);
    else yield { kind: 'removed key', what: `${inside(key)}: ${show(value)}` };
  }
  for (const [key, value] of Object.entries(now))
    if (!Object.hasOwn(old, key)) yield { kind: 'added key', what: `${inside(key)}: ${show(value)}` };
}

function isHolder(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text;
}

/** `GET /projects/1/env-vars?page=2` is one of many `GET /projects/N/env-vars`. */
function nameRequest({ method, path }: RecordedAnswer): string {
  return `${method} ${path.replace(/\?.*$/, '').replace(/\/\d+(?=\/|$)/g, '/N')}`;
}

function printGroups(kind: string, differences: Difference[]): void {
  if (differences.length === 0) return;
  console.log(`\n── ${kind}: ${differences.length}`);
  for (const [what, same] of Map.groupBy(differences, (difference) => difference.what)) {
    console.log(`${what}${same.length > 1 ? ` (${same.length} times)` : ''}`);
    for (const { where } of same.slice(0, SHOWN_PLACES)) console.log(`    ${where}`);
    if (same.length > SHOWN_PLACES) console.log(`    and ${same.length - SHOWN_PLACES} more`);
  }
}

const [beforeFolder, afterFolder] = process.argv.slice(2);
if (!beforeFolder || !afterFolder) {
  console.error('Name two folders: the answers before, and the answers after.');
  process.exit(2);
}
const before = readRecord(beforeFolder);
const after = readRecord(afterFolder);
const differences = [...compareRecords(before, after)];
const byKind = KINDS.map((kind) => [kind, differences.filter((found) => found.kind === kind)] as const);
for (const [kind, found] of byKind) printGroups(kind, found);
const counts = byKind.map(([kind, { length }]) => `${kind} ${length}`).join(', ');
console.log(`${before.size} answers before, ${after.size} after. ${counts}.`);
process.exitCode = differences.length > 0 ? 1 : 0;
