import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Cloud } from 'lucide-react';
import { beforeEach, describe, expect, it, vi } from 'vitest';

// There is no bridge to a desktop, and no page either.
vi.hoisted(() => vi.stubGlobal('window', {}));

import { queryClient } from '../../../renderer/api/queries.ts';
import { type Area, area } from '../../../renderer/app/area.ts';
import { hear } from '../../../renderer/app/live.ts';
import { offeredCommands, offeredNavigation } from '../../../renderer/app/offered.ts';
import type { Permission } from '../../../renderer/app/session.ts';
import { areas as declared } from '../../../renderer/areas.ts';

const areas: readonly Area[] = declared;
const pages = areas.flatMap((area) => area.pages);
const paths = [...pages, ...areas.flatMap(({ barePages = [] }) => barePages)].map(({ path }) => path);
const navigation = areas.flatMap((area) => area.navigation ?? []);
const commands = areas.flatMap((area) => area.commands ?? []);
const live = areas.flatMap((area) => area.live ?? []);

const twice = (names: readonly string[]) => names.filter((name, at) => names.indexOf(name) !== at);

describe('the areas of the console', () => {
  it('declare no path, entry, command, tab, message or icon twice', () => {
    expect(twice(paths)).toEqual([]);
    expect(twice([...navigation, ...commands].map(({ label }) => label))).toEqual([]);
    expect(twice(pages.flatMap(({ tab }) => (tab ? `${tab.of}: ${tab.label}` : [])))).toEqual([]);
    expect(twice(live.flatMap(({ messages = [] }) => messages.map(({ name }) => name)))).toEqual([]);
    expect(twice(areas.flatMap(({ secretIcons = {} }) => Object.keys(secretIcons)))).toEqual([]);
  });

  it('have a page behind every entry and command that goes somewhere', () => {
    const goals = [...navigation.map(({ to }) => to), ...commands.flatMap((c) => ('to' in c ? c.to : []))];
    expect(goals.filter((to) => !pages.some(({ path }) => path === to))).toEqual([]);
  });

  it('have a way to every page: an entry, a command, a tab or a link', () => {
    const linked = readSources(join(import.meta.dirname, '../../../renderer'));
    const isLinked = (path: string) =>
      linked.some((text) => text.includes(`'${path}'`) || text.includes(`"${path}"`));
    const unreachable = pages.filter(
      ({ path, tab }) =>
        !tab &&
        !navigation.some(({ to }) => to === path) &&
        !commands.some((command) => 'to' in command && command.to === path) &&
        !isLinked(path),
    );
    expect(unreachable.map(({ path }) => path)).toEqual([]);
  });

  it('have no tab alone', () => {
    for (const { tab } of pages)
      if (tab) expect(pages.filter((page) => page.tab?.of === tab.of).length, tab.label).toBeGreaterThan(1);
  });
});

describe('what is offered', () => {
  const load = async () => () => null;
  const icon = Cloud;
  const sample: readonly Area[] = [
    area({
      pages: [
        { path: '/weather', load },
        { path: '/rain', load, guard: { permission: 'vault:read', title: 'Rain' } },
      ],
      navigation: [
        { group: 'Manage', to: '/weather', label: 'Weather', icon },
        { group: 'Keep', to: '/rain', label: 'Rain', icon },
      ],
      commands: [
        { group: 'Do', label: 'Watch the rain', icon, to: '/rain' },
        { group: 'Do', label: 'Make rain', icon, permission: 'vault:write', run: () => undefined },
        { group: 'Do', label: 'Close the window', icon, only: 'desktop', run: () => undefined },
        { group: 'Do', label: 'Close the tab', icon, only: 'browser', run: () => undefined },
        { group: 'Go to', label: 'Weather map', icon, to: '/weather' },
      ],
    }),
  ];
  const held = (permissions: readonly Permission[], somewhere = permissions) => ({ permissions, somewhere });
  const namesOf = (permissions: readonly Permission[]) =>
    offeredNavigation(sample, held(permissions)).map(({ group, entries }) => [
      group,
      entries.map(({ label }) => label),
    ]);
  const commandsFor = (permissions: readonly Permission[], isDesktop = false) =>
    offeredCommands(sample, held(permissions), isDesktop).map(({ label }) => label);

  it('leaves out of the sidebar what its page would refuse, and groups that would be empty', () => {
    expect(namesOf(['vault:read'])).toEqual([
      ['Keep', ['Rain']],
      ['Manage', ['Weather']],
    ]);
    expect(namesOf(['projects:read'])).toEqual([['Manage', ['Weather']]]);
  });

  it('leaves out of the palette what the session may not do, and keeps its groups together', () => {
    const goals = ['Rain', 'Weather', 'Weather map', 'Watch the rain'];
    expect(commandsFor(['vault:read'])).toEqual([...goals, 'Close the tab']);
    expect(commandsFor(['vault:read', 'vault:write'])).toEqual([...goals, 'Make rain', 'Close the tab']);
    expect(commandsFor([])).toEqual(['Weather', 'Weather map', 'Close the tab']);
  });

  it('leaves out of the palette what only a browser, or only the desktop, can do', () => {
    expect(commandsFor([], true)).toEqual(['Weather', 'Weather map', 'Close the window']);
  });

  it('offers members the pages over all projects, and none of what needs a permission everywhere', () => {
    const member = held([], ['projects:read', 'environments:read']);
    const pages = offeredNavigation(areas, member).flatMap(({ entries }) =>
      entries.map(({ label }) => label),
    );
    expect(pages).toContain('Projects');
    expect(pages).not.toContain('Secrets');
    const labels = offeredCommands(areas, member, false).map(({ label }) => label);
    expect(labels).toContain('Trash');
    expect(labels).not.toContain('Shared variables');
  });

  it('offers readers nothing that changes the key', () => {
    const reader: Permission[] = ['projects:read', 'environments:read', 'settings:read', 'vault:read'];
    const labels = offeredCommands(areas, held(reader), false).map(({ label }) => label);
    expect(labels).toContain('Shared variables');
    for (const label of ['Make a copy of the key', 'Verify a copy', 'Rotate the key', 'Lock now'])
      expect(labels).not.toContain(label);
  });
});

describe('what the areas hear of the change feed', () => {
  const keys = {
    session: ['session'],
    projects: ['projects', 'list'],
    people: ['users', 'list'],
    status: ['vault', 'status'],
    doctor: ['vault', 'doctor'],
    copies: ['vault', 'copies'],
    activity: ['audit', 'newest'],
  };
  const outOfDate = () =>
    Object.entries(keys)
      .filter(([, queryKey]) => queryClient.getQueryState(queryKey)?.isInvalidated)
      .map(([name]) => name);

  beforeEach(() => {
    queryClient.clear();
    for (const queryKey of Object.values(keys)) queryClient.setQueryData(queryKey, 'before');
  });

  it('makes the queries of the changed resource out of date, and what hangs together with it', () => {
    hear('changed', { resource: 'projects' });
    expect(outOfDate()).toEqual(['projects', 'status', 'doctor', 'copies', 'activity']);
  });

  it.each(['settings', 'users'])('makes the session out of date when %s changed', (resource) => {
    hear('changed', { resource });
    expect(outOfDate()).toContain('session');
  });

  it('asks nothing again that the feed itself brings', () => {
    hear('changed', { resource: 'vault' });
    expect(outOfDate()).toEqual(['copies', 'activity']);
  });

  it('takes an answer that the feed carries, and asks again what changed with it', () => {
    hear('copies', 'after');
    expect(queryClient.getQueryData(keys.status)).toBe('after');
    expect(outOfDate()).toEqual(['copies']);
    hear('doctor', 'checked');
    expect(queryClient.getQueryData(keys.doctor)).toBe('checked');
  });

  it('asks nothing again while a rotation goes on', () => {
    hear('rotation', 'after');
    expect(queryClient.getQueryData(keys.status)).toBe('after');
    expect(outOfDate()).toEqual([]);
  });

  it('leaves everything as it is for a message that nobody declared', () => {
    hear('weather', 'rain');
    expect(outOfDate()).toEqual([]);
  });
});

/** The text of every file but the declarations. */
function readSources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !name.endsWith('area.tsx'))
    .map((name) => readFileSync(join(folder, name), 'utf8'));
}
