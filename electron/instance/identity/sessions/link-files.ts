import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** How long a browser has to open the file; the link in it stays good for longer. */
const LIFETIME_MS = 60_000;
const OUR_FILES = /^open-[0-9a-f]{16}\.html$/;

/**
 * Pages that lead a browser to a one-time link. SECURITY: what is in the arguments or the environment of a program can
 * be read by every account of the machine. A browser is given the name of a file instead, which this account alone can
 * read, and the link is a fragment: it is sent to no server and in no Referer.
 */
export interface LinkFiles {
  /** Returns the path. The file is gone once `remove` is called with it, after a minute, or at the end. */
  write(url: string): string;
  remove(path: string): void;
  removeAll(): void;
}

export function createLinkFiles(dataDir: string, lifetimeMs = LIFETIME_MS): LinkFiles {
  const folder = join(dataDir, 'links');
  const timers = new Map<string, NodeJS.Timeout>();

  function remove(path: string): void {
    clearTimeout(timers.get(path));
    timers.delete(path);
    rmSync(path, { force: true });
  }

  return {
    write(url) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      chmodSync(folder, 0o700);
      const path = join(folder, `open-${randomBytes(8).toString('hex')}.html`);
      writeFileSync(path, renderPage(url), { mode: 0o600, flag: 'wx' });
      timers.set(path, setTimeout(() => remove(path), lifetimeMs).unref());
      return path;
    },
    remove,
    /** Also those that an earlier process left when it was killed; what is not ours stays. */
    removeAll() {
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
      if (!existsSync(folder)) return;
      const names = readdirSync(folder);
      const ours = names.filter((name) => OUR_FILES.test(name));
      for (const name of ours) rmSync(join(folder, name), { force: true });
      if (ours.length === names.length) rmdirSync(folder);
    },
  };
}

/** Without a script: some browsers run none from files. */
function renderPage(url: string): string {
  const address = url.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url=${address}">
<title>Temps</title>
<p><a href="${address}" rel="noreferrer">Open Temps</a></p>
</html>
`;
}
