import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, TestRunner } from 'vitest';
import { describeShape, steadyBody, steadyHeaders, steadyText } from './steady-answers.ts';

/** A line of a record: what was asked, and what came back, without what differs from run to run. */
export interface RecordedAnswer {
  /** Full name of the test, or `hooks`. */
  test: string;
  /** In the order of asking, within that test. */
  number: number;
  via: string;
  method: string;
  path: string;
  /** The shape of the body that was sent: types for values. */
  request: unknown;
  status: number;
  headers: Record<string, unknown>;
  body: unknown;
}

interface Answer {
  status: number;
  text: string;
  headers: Record<string, string | string[] | undefined>;
}

type Send<Rest extends unknown[], A extends Answer> = (
  method: string,
  path: string,
  ...rest: Rest
) => Promise<A>;

const folder = process.env.TEMPS_RECORD_ANSWERS;
const asked = new Map<string, number>();

/** Where TEMPS_RECORD_ANSWERS names a folder: keeps every answer there, in a file for each file of tests. */
export function recorded<Rest extends unknown[], A extends Answer>(
  via: string,
  send: Send<Rest, A>,
): Send<Rest, A> {
  if (!folder) return send;
  return async (method, path, ...rest) => {
    const place = takePlace(folder);
    const { status, headers, text, ...answer } = await send(method, path, ...rest);
    const line: RecordedAnswer = {
      test: place.test,
      number: place.number,
      via,
      method,
      path: steadyText(path),
      request: describeShape(rest[0]),
      status,
      headers: steadyHeaders(headers),
      body: steadyBody(`${method} ${path}`, text, String(headers['content-type'] ?? '')),
    };
    appendFileSync(place.file, `${JSON.stringify(line)}\n`);
    return { status, headers, text, ...answer } as A;
  };
}

/** Taken when something is asked: of two that are under way at once, either may be answered first. */
function takePlace(into: string): { file: string; test: string; number: number } {
  const file = join(into, `${basename(expect.getState().testPath ?? 'none', '.test.ts')}.jsonl`);
  const test = TestRunner.getCurrentTest()?.fullTestName ?? 'hooks';
  if (asked.size === 0) {
    mkdirSync(into, { recursive: true });
    writeFileSync(file, '');
  }
  const number = (asked.get(test) ?? 0) + 1;
  asked.set(test, number);
  return { file, test, number };
}
