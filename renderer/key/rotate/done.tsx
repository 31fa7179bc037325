import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useIsOwner } from '../../app/session.ts';
import { Banner } from '../../ui/banner.tsx';
import { Button, buttonClass } from '../../ui/button.tsx';
import { formatCount } from '../../ui/time.ts';
import { sayWhatCopyOpens } from '../../vault-state/copy-promise.ts';
import type { VaultStatus } from '../../vault-state/vault.ts';
import { ShredDialog } from '../page/key-history.tsx';
import { epochsQuery } from '../page/key-queries.ts';
import { GroupTable } from './group-table.tsx';
import { Swap } from './sealing.tsx';

type Rotation = NonNullable<VaultStatus['rotation']>;

/** The end: what is true now, and what may be done with the old key. */
export function RotationDone({ rotation, onAgain }: { rotation: Rotation; onAgain: () => void }) {
  const isOwner = useIsOwner();
  const epochs = useQuery(epochsQuery);
  const [isShredding, setShredding] = useState(false);
  const old = epochs.data?.epochs.find(({ fingerprint }) => fingerprint === rotation.old_fingerprint);
  return (
    <>
      <Banner
        tone={rotation.without_copy ? 'attention' : 'ok'}
        action={
          rotation.without_copy ? (
            <Link to="/key/copy" className={buttonClass('main')}>
              Make a copy
            </Link>
          ) : (
            <Link to="/key" className={buttonClass('main')}>
              Done
            </Link>
          )
        }
      >
        <b>
          {formatCount(rotation.total, 'value')} sealed under key {rotation.new_epoch}.
        </b>{' '}
        {rotation.without_copy
          ? 'No copy of it is proven: make one now.'
          : sayWhatCopyOpens(rotation.proven_by ?? 'Your copy', rotation.total)}
      </Banner>
      <section className="card" aria-label="The keys">
        <Swap rotation={rotation} />
        <div className="flex flex-wrap items-center gap-3 border-t border-line-soft px-6 py-4">
          <p className="min-w-0 flex-1 basis-72 text-text-2">
            {old?.shredded_at
              ? `Key ${rotation.old_epoch} is shredded.`
              : `Key ${rotation.old_epoch} stays where it is kept until you shred it: backups made before today open with it alone.`}
          </p>
          {isOwner && old && old.shredded_at === null && old.custody !== 'external' && (
            <Button onClick={() => setShredding(true)}>Shred key {rotation.old_epoch}…</Button>
          )}
          <Button kind="plain" onClick={onAgain}>
            Rotate again
          </Button>
        </div>
      </section>
      <GroupTable rotation={rotation} />
      {isShredding && old && <ShredDialog epoch={old} onClose={() => setShredding(false)} />}
    </>
  );
}
