import { LockKeyhole } from 'lucide-react';
import { area } from '../app/area.ts';
import { useVault } from '../vault-state/vault.ts';
import { plainSecretsQuery } from './plain-secrets.ts';
import { doctorQuery } from './secrets-queries.ts';
import './secrets.css';

export const secretsArea = area({
  pages: [
    {
      path: '/secrets',
      load: () => import('./secrets-page.tsx').then((file) => file.SecretsPage),
      guard: { permission: 'vault:read', title: 'Secrets' },
    },
  ],
  navigation: [
    {
      group: 'Keep',
      to: '/secrets',
      label: 'Secrets',
      foot: 'Secrets',
      icon: LockKeyhole,
      useSign: () => (useVault().data?.state === 'locked' ? 'locked' : null),
    },
  ],
  live: {
    messages: [{ name: 'doctor', queryKey: doctorQuery.queryKey }],
    refreshes: [
      {
        queryKey: plainSecretsQuery.queryKey,
        isAfter: (resource) => resource === 'projects' || resource === 'shared-variables',
      },
    ],
  },
});
