import { area } from '../app/area.ts';
import './recovery.css';

export const recoveryArea = area({
  pages: [
    {
      path: '/recovery',
      load: () => import('./recovery-page.tsx').then((file) => file.RecoveryPage),
      guard: { permission: 'vault:read', title: 'Recovery list' },
      saysHealth: true,
    },
  ],
});
