import './key.css';
import './locked/locked.css';
import { Link } from '@tanstack/react-router';
import { KeyRound, LockKeyhole, RefreshCw, ShieldCheck, Split } from 'lucide-react';
import { ask, client } from '../api/client.ts';
import { queryClient } from '../api/queries.ts';
import { area, type NavSign } from '../app/area.ts';
import { SmallKeyShape } from '../ui/instruments/key-shape.tsx';
import { Level } from '../ui/instruments/level.tsx';
import { caseWords } from '../vault-state/case-words.ts';
import { sayHalves } from '../vault-state/health-words.ts';
import { useVault, vaultQuery } from '../vault-state/vault.ts';
import { copyProgressQuery } from './key-queries.ts';

const { queryKey } = vaultQuery;

export const keyArea = area({
  pages: [
    {
      path: '/key',
      load: () => import('./key-page.tsx').then((file) => file.KeyPage),
      guard: { permission: 'vault:read', title: 'Encryption key' },
      saysHealth: true,
    },
    {
      path: '/key/copy',
      load: () => import('./copy-page.tsx').then((file) => file.CopyPage),
      guard: { permission: 'vault:write', title: 'Make a copy' },
      saysHealth: true,
    },
    {
      path: '/key/verify',
      load: () => import('./verify-page.tsx').then((file) => file.VerifyPage),
      guard: { permission: 'vault:write', title: 'Verify a copy' },
      saysHealth: true,
    },
    {
      path: '/key/split',
      load: () => import('./split-page.tsx').then((file) => file.SplitPage),
      guard: { permission: 'vault:write', title: 'Split the key' },
      saysHealth: true,
    },
    {
      path: '/key/rotate',
      load: () => import('./rotate-page.tsx').then((file) => file.RotatePage),
      guard: { permission: 'vault:write', title: 'Rotate the key' },
      saysHealth: true,
    },
    {
      path: '/key/lost',
      load: () => import('./lost-page.tsx').then((file) => file.LostPage),
      guard: { permission: 'vault:read', title: 'I lost the key' },
      saysHealth: true,
    },
  ],
  navigation: [
    { group: 'Keep', to: '/key', label: 'Encryption key', foot: 'Key', icon: KeyRound, useSign: useKeySign },
  ],
  foot: HealthPlate,
  commands: [
    {
      group: 'Do',
      label: 'Make a copy of the key',
      icon: KeyRound,
      aside: 'Encryption key',
      to: '/key/copy',
    },
    { group: 'Do', label: 'Verify a copy', icon: ShieldCheck, aside: 'Encryption key', to: '/key/verify' },
    { group: 'Do', label: 'Split the key', icon: Split, aside: 'Encryption key', to: '/key/split' },
    { group: 'Do', label: 'Rotate the key', icon: RefreshCw, aside: 'Encryption key', to: '/key/rotate' },
    {
      group: 'Do',
      label: 'Lock now',
      icon: LockKeyhole,
      aside: 'Encryption key',
      permission: 'vault:write',
      run: async () => {
        await ask(client.POST('/vault/lock'));
        await queryClient.invalidateQueries({ queryKey: ['vault'] });
      },
    },
  ],
  live: {
    messages: [
      { name: 'vault', queryKey, refreshesResource: true },
      { name: 'rotation', queryKey },
      { name: 'copies', queryKey, refreshesResource: true },
      { name: 'copying', queryKey: copyProgressQuery.queryKey },
    ],
    // The vault counts and lists secrets of every resource, and its health depends on them.
    refreshes: [{ queryKey: ['vault'], isAfter: (resource) => resource !== 'vault' }],
  },
});

function useKeySign(): NavSign | null {
  const vault = useVault().data;
  if (vault?.state === 'locked') return 'locked';
  return vault?.health.halves.key === 'at_risk' ? 'needs_you' : null;
}

/** Both halves of health; leads to their card on Home. */
function HealthPlate() {
  const vault = useVault().data;
  if (!vault) return null;
  const isLocked = vault.state === 'locked';
  const lines = isLocked
    ? [{ half: 'key', level: 'broken' as const, word: 'Locked', more: caseWords(vault).short }]
    : sayHalves(vault);
  return (
    <Link to="/" className="key-plate">
      <SmallKeyShape fingerprint={vault.fingerprint} state={isLocked ? 'missing' : 'active'} />
      {lines.map(({ half, level, word, more }) => (
        <Level key={half} level={level} isLocked={isLocked}>
          {word}
          <span className="more">· {more}</span>
        </Level>
      ))}
    </Link>
  );
}
