import type { Area, Command, Guard, NavEntry } from './area.ts';
import { navGroups } from './area.ts';
import { listSomewhere, mayIn, type Permission, type Session } from './session.ts';

type Permissions = readonly Permission[];

/** The page at a path, as declared by its area. */
export const findPage = (areas: readonly Area[], path: string) =>
  areas.flatMap(({ pages }) => pages).find((page) => page.path === path);

/** @param project path segment of the project that the page is of; undefined for a page of none. */
export function mayOpen(session: Session, guard: Guard | undefined, project: string | undefined): boolean {
  if (!guard) return true;
  if (project !== undefined) return mayIn(session, project, guard.permission);
  return (guard.isSomewhere ? listSomewhere(session) : session.permissions).includes(guard.permission);
}

/** What someone has everywhere, and what in one project at least. */
export interface Held {
  permissions: Permissions;
  somewhere: Permissions;
}

export const heldBy = (session: Session): Held => ({
  permissions: session.permissions,
  somewhere: listSomewhere(session),
});

function mayGo(areas: readonly Area[], path: string, { permissions, somewhere }: Held): boolean {
  const guard = findPage(areas, path)?.guard;
  return !guard || (guard.isSomewhere ? somewhere : permissions).includes(guard.permission);
}

/** The sidebar's groups with the entries these permissions allow, without empty groups. */
export function offeredNavigation(areas: readonly Area[], held: Held) {
  const entries = areas
    .flatMap(({ navigation = [] }) => navigation)
    .filter(({ to }) => mayGo(areas, to, held));
  return navGroups
    .map((group) => ({ group, entries: entries.filter((entry) => entry.group === group) }))
    .filter(({ entries }) => entries.length > 0);
}

/** The palette's commands these permissions allow, in the desktop window or a browser. */
export function offeredCommands(areas: readonly Area[], held: Held, isDesktop: boolean): Command[] {
  const places = offeredNavigation(areas, held).flatMap(({ entries }) => entries.map(toCommand));
  const commands = areas
    .flatMap((area) => area.commands ?? [])
    .filter(({ only }) => !only || (only === 'desktop') === isDesktop)
    .filter((command) =>
      'to' in command
        ? mayGo(areas, command.to, held)
        : !command.permission || held.permissions.includes(command.permission),
    );
  return [
    ...places,
    ...commands.filter(({ group }) => group === 'Go to'),
    ...commands.filter(({ group }) => group === 'Do'),
  ];
}

const toCommand = ({ label, icon, to }: NavEntry): Command => ({ group: 'Go to', label, icon, to });
