import type { ReactNode } from 'react';
import { SetupFrame } from '../../ui/setup-frame.tsx';

interface RestoreFrameProps {
  /** 0 to 3; 4 when all are done. */
  current: number;
  /** What came of each step, or what it is about. */
  facts: { backup: string; key: string };
  fingerprint: string | null;
  title: string;
  lead: ReactNode;
  children: ReactNode;
}

/** Layout of a restore. */
export function RestoreFrame({ facts, fingerprint, ...page }: RestoreFrameProps) {
  return (
    <SetupFrame
      {...page}
      prefix="Restore"
      label="Restoring"
      steps={[
        { title: 'The backup', said: facts.backup },
        { title: 'The key', said: facts.key },
        { title: 'Check what changes', said: 'What comes, and what goes.' },
        { title: 'Restore' },
      ]}
      plate={fingerprint === null ? null : { fingerprint, text: 'The key that the backup needs.' }}
    />
  );
}
