import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Hono } from 'hono';
import { type Coding, chooseCoding } from '../http/content-coding.ts';
import { AppError } from '../kernel/app-error.ts';

/** What the build puts out, by ending. */
const mediaTypes = new Map([
  ['.js', 'text/javascript; charset=utf-8'],
  ['.css', 'text/css; charset=utf-8'],
  ['.svg', 'image/svg+xml'],
  ['.html', 'text/html; charset=utf-8'],
]);
/** What the build compressed stands beside each file, under its name and this; the smallest first. */
const compressed = new Map<Coding, string>([
  ['br', '.br'],
  ['zstd', '.zst'],
  ['gzip', '.gz'],
]);
/** Where the page has the nonce of its styles: its own, and for those that a script adds. */
const NONCE_PLACES = ['<meta name="style-nonce" content=""', '<style nonce=""'];

/**
 * Serves the console: one page for every path a browser navigates to, and its files. The files are listed once at
 * the start; other paths never access the disk.
 */
export function consoleFiles(folder: string): Hono {
  const app = new Hono();
  const files = listFiles(folder);
  const page = files.has('/index.html') ? readFileSync(join(folder, 'index.html'), 'utf8') : null;
  app.get('*', (c) => {
    const { path } = c.req;
    const type = mediaTypes.get(/\.\w+$/.exec(path)?.[0] ?? '');
    if (type && files.has(path) && path !== '/index.html') {
      // Names under /assets carry the hash of what is in them.
      const cacheControl = path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache';
      const offered = [...compressed.keys()].filter((each) => files.has(`${path}${compressed.get(each)}`));
      const coding = chooseCoding(c, offered);
      const file = `${path}${coding === null ? '' : compressed.get(coding)}`;
      return c.body(readFileSync(join(folder, file)), 200, {
        'content-type': type,
        'cache-control': cacheControl,
        vary: 'accept-encoding',
        ...(coding === null ? {} : { 'content-encoding': coding }),
      });
    }
    if (!isNavigation(c.req.header('sec-fetch-mode'), c.req.header('accept')))
      throw new AppError('not_found', 'This path does not exist.');
    if (page === null)
      return c.text('The console is not built. Run npm start, or: npm run build\n', 503, {
        'cache-control': 'no-store',
      });
    const nonce = randomBytes(16).toString('base64');
    const withNonce = NONCE_PLACES.reduce(
      (text, place) => text.replace(place, place.replace('""', `"${nonce}"`)),
      page,
    );
    return c.body(withNonce, 200, {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': consolePolicy(nonce),
    });
  });
  return app;
}

/**
 * SECURITY: only our own files run, nothing inline, no eval, no requests to other origins, and no text can become
 * script: the page has no Trusted Types policy and may create none. Style elements need the nonce.
 */
function consolePolicy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' blob:",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
}

function isNavigation(fetchMode: string | undefined, accept: string | undefined): boolean {
  return fetchMode === undefined ? (accept ?? '').includes('text/html') : fetchMode === 'navigate';
}

function listFiles(folder: string): Set<string> {
  if (!existsSync(folder)) return new Set();
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return new Set(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length).replaceAll('\\', '/')),
  );
}
