import { readFileSync } from 'node:fs';

/** The system that this stand-in plays: the one it runs on, unless it is told another. */
export const platform = (process.env.STAND_IN_PLATFORM ?? process.platform) as NodeJS.Platform;

const TYPES = new URL('../../../../node_modules/electron/electron.d.ts', import.meta.url);
const TAG = '\n     * @platform ';
/** A member as the file declares it: `on(event: 'shutdown', …`, `setAppUserModelId(…`, `static removeAll(…`. */
const MEMBER = /^ +(?:static |readonly )*(\w+)(?:\(event: '([^']+)')?/;

let tags: ReadonlyMap<string, readonly string[]> | null = null;

/**
 * What electron.d.ts tags with `@platform`, each with its systems: `App.setDesktopName`, `PowerMonitor 'shutdown'`.
 * Of a member with several declarations the first counts. Read once in a process.
 */
export function readPlatformTags(): ReadonlyMap<string, readonly string[]> {
  tags ??= parseTags(readFileSync(TYPES, 'utf8'));
  return tags;
}

function parseTags(text: string): Map<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  const declarations = text.matchAll(/^ {2}(?:interface|class) (\w+)/gm);
  let next = declarations.next();
  let owner = '';
  for (let at = text.indexOf(TAG); at >= 0; at = text.indexOf(TAG, at + 1)) {
    for (; !next.done && next.value.index < at; next = declarations.next()) owner = next.value[1] as string;
    const start = at + TAG.length;
    const systems = text.slice(start, text.indexOf('\n', start)).trim().split(',');
    const member = text.indexOf('*/\n', start) + 3;
    const [, name = '', event] = MEMBER.exec(text.slice(member, member + 200)) ?? [];
    const key = event === undefined ? `${owner}.${name}` : `${owner} '${event}'`;
    if (!found.has(key)) found.set(key, systems);
  }
  return found;
}

/** `app.commandLine` is a CommandLine, `menu` a Menu. */
const typeOf = (name: string) => {
  const last = name.slice(name.lastIndexOf('.') + 1);
  return last.charAt(0).toUpperCase() + last.slice(1);
};

/** Why this system has no such member; null where it has. */
export function refuseMember(name: string, member: string): string | null {
  return refuse(`${typeOf(name)}.${member}`, `${name}.${member}`);
}

/** Throws for an event that never happens on this system: to whoever listens, and to a test that makes it happen. */
export function requireEvent(name: string, event: string): void {
  const reason = refuse(`${typeOf(name)} '${event}'`, `event '${event}' of ${name}`);
  if (reason !== null) throw new Error(reason);
}

function refuse(key: string, what: string): string | null {
  const systems = readPlatformTags().get(key);
  return systems === undefined || systems.includes(platform)
    ? null
    : `Electron has no ${what} on ${platform}, only on ${systems.join(' and ')}.`;
}

/** Options as Electron reads them: what is another system's is ignored. */
export function keepOwnOptions<Options extends object>(type: string, options: Options): Options {
  return Object.fromEntries(
    Object.entries(options).filter(([name]) => refuse(`${type}.${name}`, name) === null),
  ) as Options;
}
