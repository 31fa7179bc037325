import { useState } from 'react';
import { useIsOwner } from '../../app/session.ts';
import { Button } from '../../ui/button.tsx';
import { Section } from '../../ui/page.tsx';
import type { VaultStatus } from '../../vault-state/vault.ts';
import { findIn } from '../custody-words.ts';
import { MoveDialog } from './move-dialog.tsx';

type CustodyName = VaultStatus['custody']['name'];

const opens: Record<CustodyName, string> = {
  keychain: 'Opens when you sign in to this computer.',
  passphrase: 'Opens when you type the passphrase after a start.',
  file: 'Opens by itself at every start, for whoever runs as this account.',
  external: 'Read from outside at every start, never written.',
};

/** Where the running instance has its key from. */
export function Custody({ vault }: { vault: VaultStatus }) {
  const isOwner = useIsOwner();
  const [isMoving, setMoving] = useState(false);
  const { custody } = vault;
  return (
    <Section title="Where it lives">
      <div className="card key-lives">
        <div className="flex items-center gap-2">
          <b className="min-w-0 flex-1">{custody.label}</b>
          {isOwner && (
            <Button isSmall onClick={() => setMoving(true)}>
              Move…
            </Button>
          )}
        </div>
        <p>
          {opens[custody.name]} <span className="mono [overflow-wrap:anywhere]">{findIn(custody)}</span>
        </p>
      </div>
      {isMoving && <MoveDialog vault={vault} onClose={() => setMoving(false)} />}
    </Section>
  );
}
