import './backups.css';
import { Archive } from 'lucide-react';
import { queryClient } from '../api/queries.ts';
import { area, type NavSign } from '../app/area.ts';
import { showToast } from '../ui/overlays/toasts.tsx';
import { useVault } from '../vault-state/vault.ts';
import { runsQuery } from './backup-queries.ts';
import { makeBackups } from './make-backup.ts';

export const backupsArea = area({
  pages: [
    {
      path: '/backups',
      load: () => import('./backups-page.tsx').then((file) => file.BackupsPage),
      guard: { permission: 'backups:read', title: 'Backups' },
      saysHealth: true,
    },
  ],
  barePages: [
    { path: '/restore', load: () => import('./restore/restore-page.tsx').then((file) => file.RestorePage) },
  ],
  live: { messages: [{ name: 'backup_runs', queryKey: runsQuery.queryKey }] },
  secretIcons: { s3_credentials: Archive },
  navigation: [
    {
      group: 'Keep',
      to: '/backups',
      label: 'Backups',
      foot: 'Backups',
      icon: Archive,
      useSign: useBackupSign,
    },
  ],
  commands: [
    {
      group: 'Do',
      label: 'Back up now',
      icon: Archive,
      aside: 'Backups',
      permission: 'backups:write',
      run: async () => {
        try {
          showToast({ icon: Archive, ...(await makeBackups()) });
        } finally {
          await queryClient.invalidateQueries({ queryKey: ['backups'] });
        }
      },
    },
  ],
});

function useBackupSign(): NavSign | null {
  const level = useVault().data?.health.halves.backup;
  return level === 'at_risk' || level === 'broken' ? 'needs_you' : null;
}
