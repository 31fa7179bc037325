import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import {
  BookOpen,
  CircleUser,
  KeyRound,
  LockKeyhole,
  LogOut,
  type LucideIcon,
  MonitorCog,
  Power,
  RefreshCw,
  ShieldCheck,
  SquareStack,
} from 'lucide-react';
import { ask, client } from '../api/client.ts';
import { queryClient } from '../api/queries.ts';
import { desktop } from '../desktop.ts';
import { places } from './places.ts';
import { signOut, useSession } from './session.ts';
import { setTheme } from './theme.ts';

export interface Command {
  group: 'Go to' | 'Do' | 'Projects';
  label: string;
  icon: LucideIcon;
  /** Where it belongs, at the right. */
  aside?: string;
  run: () => void;
}

/** Everything the palette can go to or do, for whoever is signed in. */
export function useCommands(): Command[] {
  const session = useSession();
  const navigate = useNavigate();
  const may = (permission: string) => session.permissions.includes(permission as never);
  const projects = useQuery({
    queryKey: ['projects', 'names'],
    queryFn: () => ask(client.GET('/projects')),
    enabled: may('projects:read'),
  });
  const go = (to: string) => () => void navigate({ to: to as '/' });
  const commands: Command[] = places.flatMap((group) =>
    group.places
      .filter(({ permission }) => !permission || may(permission))
      .map(({ label, icon, to }) => ({ group: 'Go to' as const, label, icon, run: go(to) })),
  );
  commands.push({ group: 'Go to', label: 'Your account', icon: CircleUser, run: go('/account') });
  if (may('projects:read'))
    commands.push({ group: 'Go to', label: 'Shared variables', icon: SquareStack, run: go('/shared') });
  if (may('vault:write')) {
    commands.push(
      {
        group: 'Do',
        label: 'Make a copy of the key',
        icon: KeyRound,
        aside: 'Encryption key',
        run: go('/key/copy'),
      },
      {
        group: 'Do',
        label: 'Verify a copy',
        icon: ShieldCheck,
        aside: 'Encryption key',
        run: go('/key/verify'),
      },
      {
        group: 'Do',
        label: 'Rotate the key',
        icon: RefreshCw,
        aside: 'Encryption key',
        run: go('/key/rotate'),
      },
      {
        group: 'Do',
        label: 'Lock now',
        icon: LockKeyhole,
        aside: 'Encryption key',
        run: () =>
          void ask(client.POST('/vault/lock')).then(() =>
            queryClient.invalidateQueries({ queryKey: ['vault'] }),
          ),
      },
    );
  }
  if (desktop) {
    const { quit } = desktop;
    commands.push({ group: 'Do', label: 'Quit Temps', icon: Power, run: () => void quit() });
  }
  commands.push(
    {
      group: 'Do',
      label: 'Use the light theme',
      icon: MonitorCog,
      aside: 'Appearance',
      run: () => setTheme('light'),
    },
    {
      group: 'Do',
      label: 'Use the dark theme',
      icon: MonitorCog,
      aside: 'Appearance',
      run: () => setTheme('dark'),
    },
    {
      group: 'Do',
      label: 'Follow the system’s theme',
      icon: MonitorCog,
      aside: 'Appearance',
      run: () => setTheme('system'),
    },
  );
  // The window opens no second one, and whoever has it is the owner.
  if (!desktop)
    commands.push(
      {
        group: 'Do',
        label: 'Read about the API',
        icon: BookOpen,
        run: () => window.open('/api/docs', '_blank', 'noopener'),
      },
      { group: 'Do', label: 'Sign out', icon: LogOut, run: () => void signOut() },
    );
  for (const { name, slug } of projects.data?.projects ?? []) {
    commands.push({ group: 'Projects', label: name, icon: SquareStack, run: go(`/projects/${slug}`) });
  }
  return commands;
}
