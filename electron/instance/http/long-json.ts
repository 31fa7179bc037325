import type { Context, TypedResponse } from 'hono';
import { startSlices } from '../kernel/slices.ts';
import { compressText } from './content-coding.ts';

/** Items put into text at once. */
const ITEMS = 100;

/** `c.json` for answers of thousands of items: their text is made in slices, so that others get their turn. */
export async function sendLong<T extends object>(c: Context, value: T): Promise<JsonResponse<T>> {
  return toResponse<T>(c.body(await print(value), 200, JSON_TYPE));
}

/**
 * The same, compressed where the client takes that. SECURITY: for lists that hold nothing secret, see `compressText`.
 */
export async function sendCompressed<T extends object>(c: Context, value: T): Promise<JsonResponse<T>> {
  const { body, headers } = await compressText(c, await print(value));
  return toResponse<T>(c.body(body, 200, { ...JSON_TYPE, ...headers }));
}

type JsonResponse<T> = Response & TypedResponse<T, 200, 'json'>;

const JSON_TYPE = { 'content-type': 'application/json' };
const toResponse = <T>(response: Response) => response as JsonResponse<T>;
const print = (value: object) => (Array.isArray(value) ? printItems(value) : printFields(value));

async function printFields(value: object): Promise<string> {
  const fields: string[] = [];
  for (const [name, field] of Object.entries(value)) {
    if (field === undefined) continue;
    const text = Array.isArray(field) ? await printItems(field) : JSON.stringify(field);
    fields.push(`${JSON.stringify(name)}:${text}`);
  }
  return `{${fields.join(',')}}`;
}

async function printItems(items: readonly unknown[]): Promise<string> {
  const slices = startSlices();
  const pages: string[] = [];
  for (let at = 0; at < items.length; at += ITEMS) {
    pages.push(JSON.stringify(items.slice(at, at + ITEMS)).slice(1, -1));
    if (slices.isOver()) await slices.next();
  }
  return `[${pages.join(',')}]`;
}
