import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The forms in which bytes turn up where they should not: raw, hex in both cases, and base64 at its three
 * alignments (the characters that depend on neighbouring bytes cut off), standard and URL-safe.
 */
export function formsOf(secret: Uint8Array): Buffer[] {
  const bytes = Buffer.from(secret);
  const forms = [bytes, Buffer.from(bytes.toString('hex')), Buffer.from(bytes.toString('hex').toUpperCase())];
  for (const shift of [0, 1, 2]) {
    const shifted = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const stable = shifted.slice(Math.ceil((shift * 4) / 3), -2);
    forms.push(Buffer.from(stable), Buffer.from(stable.replaceAll('+', '-').replaceAll('/', '_')));
  }
  return forms;
}

/** Files under a folder in which a form of one of these secrets is found, as `file: name`. */
export function findLeaks(
  folder: string,
  secrets: Record<string, Uint8Array>,
  isExpected: (file: string) => boolean = () => false,
): string[] {
  const forms = Object.entries(secrets).map(([name, secret]) => ({ name, forms: formsOf(secret) }));
  const leaks: string[] = [];
  for (const file of listFiles(folder)) {
    if (isExpected(file)) continue;
    const contents = readFileSync(file);
    for (const { name, forms: some } of forms) {
      if (some.some((form) => contents.includes(form))) leaks.push(`${file}: ${name}`);
    }
  }
  return leaks;
}

function listFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}
