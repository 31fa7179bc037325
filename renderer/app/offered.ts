import type { Area, Command, NavEntry } from './area.ts';
import { navGroups } from './area.ts';
import type { Permission } from './session.ts';

type Permissions = readonly Permission[];

/** The page at a path, as declared by its area. */
export const findPage = (areas: readonly Area[], path: string) =>
  areas.flatMap(({ pages }) => pages).find((page) => page.path === path);

function mayGo(areas: readonly Area[], path: string, permissions: Permissions): boolean {
  const guard = findPage(areas, path)?.guard;
  return !guard || permissions.includes(guard.permission);
}

/** The sidebar's groups with the entries these permissions allow, without empty groups. */
export function offeredNavigation(areas: readonly Area[], permissions: Permissions) {
  const entries = areas
    .flatMap(({ navigation = [] }) => navigation)
    .filter(({ to }) => mayGo(areas, to, permissions));
  return navGroups
    .map((group) => ({ group, entries: entries.filter((entry) => entry.group === group) }))
    .filter(({ entries }) => entries.length > 0);
}

/** The palette's commands these permissions allow, in the desktop window or a browser. */
export function offeredCommands(
  areas: readonly Area[],
  permissions: Permissions,
  isDesktop: boolean,
): Command[] {
  const places = offeredNavigation(areas, permissions).flatMap(({ entries }) => entries.map(toCommand));
  const commands = areas
    .flatMap((area) => area.commands ?? [])
    .filter(({ only }) => !only || (only === 'desktop') === isDesktop)
    .filter((command) =>
      'to' in command
        ? mayGo(areas, command.to, permissions)
        : !command.permission || permissions.includes(command.permission),
    );
  return [
    ...places,
    ...commands.filter(({ group }) => group === 'Go to'),
    ...commands.filter(({ group }) => group === 'Do'),
  ];
}

const toCommand = ({ label, icon, to }: NavEntry): Command => ({ group: 'Go to', label, icon, to });
