import type { Context, TypedResponse } from 'hono';
import { startSlices } from '../kernel/slices.ts';

/** Items put into text at once. */
const ITEMS = 100;

/** `c.json` for answers of thousands of items: their text is made in slices, so that others get their turn. */
export async function sendLong<T extends object>(
  c: Context,
  value: T,
): Promise<Response & TypedResponse<T, 200, 'json'>> {
  const text = Array.isArray(value) ? await printItems(value) : await printFields(value);
  const response: Response = c.body(text, 200, { 'content-type': 'application/json' });
  return response as Response & TypedResponse<T, 200, 'json'>;
}

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
