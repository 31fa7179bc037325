import { BookOpen, MonitorCog, Power, SlidersHorizontal } from 'lucide-react';
import { area } from '../app/area.ts';
import { sessionQuery } from '../app/session.ts';
import { setTheme, type Theme } from '../app/theme.ts';
import { desktop } from '../desktop.ts';
import { toAnchor } from '../ui/anchor.ts';

export const settingsArea = area({
  pages: [
    {
      path: '/settings',
      load: () => import('./settings-page.tsx').then((file) => file.SettingsPage),
      guard: { permission: 'settings:read', title: 'Settings' },
    },
  ],
  navigation: [{ group: 'Manage', to: '/settings', label: 'Settings', icon: SlidersHorizontal }],
  commands: [
    { group: 'Do', label: 'Quit Temps', icon: Power, only: 'desktop', run: () => desktop?.quit() },
    themeCommand('Use the light theme', 'light'),
    themeCommand('Use the dark theme', 'dark'),
    themeCommand('Follow the system’s theme', 'system'),
    {
      group: 'Do',
      label: 'API documentation',
      icon: BookOpen,
      // The desktop window opens no other windows.
      only: 'browser',
      run: () => window.open('/api/docs', '_blank', 'noopener'),
    },
  ],
  finds: [
    {
      group: 'Settings',
      icon: SlidersHorizontal,
      permission: 'settings:read',
      queryKey: ['settings', 'found'],
      list: async () => {
        const { settingNames } = await import('./setting-names.ts');
        return settingNames.map(({ label, section }) => ({
          label,
          aside: section,
          to: '/settings',
          hash: toAnchor(section),
        }));
      },
    },
  ],
  live: {
    // The session names the instance.
    refreshes: [{ queryKey: sessionQuery.queryKey, isAfter: (resource) => resource === 'settings' }],
  },
});

function themeCommand(label: string, theme: Theme) {
  const run = () => setTheme(theme);
  return { group: 'Do', label, icon: MonitorCog, aside: 'Appearance', run } as const;
}
