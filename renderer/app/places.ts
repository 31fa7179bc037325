import {
  House,
  KeyRound,
  LockKeyhole,
  type LucideIcon,
  ScrollText,
  SlidersHorizontal,
  SquareStack,
  Users,
} from 'lucide-react';

export interface Place {
  to: '/' | '/projects' | '/secrets' | '/key' | '/people' | '/activity' | '/settings';
  label: string;
  icon: LucideIcon;
  /** Not offered without it. */
  permission?: string;
}

/** The pages of the sidebar, in their groups; the palette goes to the same. */
export const places: readonly { title: string; places: readonly Place[] }[] = [
  {
    title: 'Run',
    places: [
      { to: '/', label: 'Home', icon: House },
      { to: '/projects', label: 'Projects', icon: SquareStack, permission: 'projects:read' },
    ],
  },
  {
    title: 'Keep',
    places: [
      { to: '/secrets', label: 'Secrets', icon: LockKeyhole, permission: 'vault:read' },
      { to: '/key', label: 'Encryption key', icon: KeyRound, permission: 'vault:read' },
    ],
  },
  {
    title: 'Manage',
    places: [
      { to: '/people', label: 'People and access', icon: Users },
      { to: '/activity', label: 'Activity', icon: ScrollText, permission: 'audit:read' },
      { to: '/settings', label: 'Settings', icon: SlidersHorizontal, permission: 'settings:read' },
    ],
  },
];
