import { Rail } from '../../ui/instruments/steps.tsx';
import { formatClock, formatDay } from '../../ui/time.ts';
import { inCustody } from '../../vault-state/custody-words.ts';
import type { VaultStatus } from '../../vault-state/vault.ts';

type Rotation = NonNullable<VaultStatus['rotation']>;

const at: Record<Rotation['state'], number> = { staged: 1, proven: 2, sealing: 2, done: 4, undone: 0 };

/** The four phases along the top. Without a rotation, the first is still to be done. */
export function RotationRail({ rotation, vault }: { rotation: Rotation | null; vault: VaultStatus }) {
  const oldEpoch = rotation?.old_epoch ?? vault.epoch;
  const time = (ms: number) => (Date.now() - ms < 12 * 60 * 60 * 1000 ? formatClock(ms) : formatDay(ms));
  return (
    <div className="rotation-rail">
      <Rail
        current={rotation ? at[rotation.state] : 0}
        steps={[
          {
            title: rotation ? 'New key made' : 'A new key',
            said: rotation
              ? `${time(rotation.staged_at)}, beside the old one ${inCustody(vault.custody)}`
              : `Beside the old one ${inCustody(vault.custody)}`,
          },
          {
            title: rotation?.proven_at ? (rotation.without_copy ? 'No copy' : 'Copy proven') : 'A copy of it',
            said: rotation?.proven_at
              ? `${time(rotation.proven_at)}, ${rotation.without_copy ? 'you went on without' : (rotation.proven_by ?? 'read back')}`
              : 'Made and read back',
          },
          { title: 'Sealing', said: 'Cannot be undone, only finished' },
          { title: 'Done', said: `Key ${oldEpoch ?? ''} retires, you may shred it` },
        ]}
      />
    </div>
  );
}
