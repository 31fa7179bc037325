import { useState } from 'react';
import { useIsOwner } from '../../app/session.ts';
import { Button } from '../../ui/button.tsx';
import { Section } from '../../ui/page.tsx';
import { custodyWords, findIn } from '../../vault-state/custody-words.ts';
import type { VaultStatus } from '../../vault-state/vault.ts';
import { MoveDialog } from './move-dialog.tsx';

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
          {custodyWords[custody.name].opens}{' '}
          <span className="mono [overflow-wrap:anywhere]">{findIn(custody)}</span>
        </p>
      </div>
      {isMoving && <MoveDialog vault={vault} onClose={() => setMoving(false)} />}
    </Section>
  );
}
