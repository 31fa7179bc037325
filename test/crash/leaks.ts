import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const MAX_BYTES = 1024 ** 3;

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
    const contents = readElsewhere(file);
    for (const { name, forms: some } of forms) {
      if (some.some((form) => contents.includes(form))) leaks.push(`${file}: ${name}`);
    }
  }
  return leaks;
}

/**
 * In a process of its own: who closes a file gives up every lock that its process has on it (fcntl(2)), those of an instance that
 * is open here too, and what another process reads of the database then takes commits from it.
 */
export function readElsewhere(file: string): Buffer {
  if (process.platform === 'win32') return readFileSync(file);
  return execFileSync('cat', [file], { maxBuffer: MAX_BYTES });
}

function listFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}
