import { ArrowRight, Power, RotateCw } from 'lucide-react';
import { askConfirmed, client } from '../../api/client.ts';
import { useApiMutation } from '../../api/mutation.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorLine } from '../../ui/form/form-error.tsx';
import { KeyShape } from '../../ui/instruments/key-shape.tsx';
import { Ticks } from '../../ui/instruments/ticks.tsx';
import { formatCount, formatDay, formatDuration } from '../../ui/time.ts';
import type { VaultStatus } from '../../vault-state/vault.ts';
import { GroupTable } from './group-table.tsx';

type Rotation = NonNullable<VaultStatus['rotation']>;

/** Progress of the rotation, updated by the change feed. */
export function Encrypting({ rotation }: { rotation: Rotation }) {
  const { moved, total, eta_ms } = rotation;
  const resume = useApiMutation(
    () => askConfirmed(() => client.POST('/vault/key/rotation/resume', { params: { query: {} } })),
    { changes: ['vault'] },
  );
  const isStill = rotation.per_second === null;
  return (
    <>
      <section className="card" aria-label="Encrypting">
        <div className="p-6">
          <div className="mb-3 flex flex-wrap items-baseline gap-2" aria-live="polite">
            <span className="t28">{moved.toLocaleString()}</span>
            <span className="t14">
              of {formatCount(total, 'value')} encrypted with key version {rotation.new_epoch}
            </span>
            <span className="ml-auto text-text-2">{eta_ms !== null && `${formatDuration(eta_ms)} left`}</span>
          </div>
          <Ticks
            value={total === 0 ? 100 : (moved / total) * 100}
            label="Values encrypted with the new key"
          />
          <div className="mt-3 flex flex-wrap items-center gap-2 text-text-2">
            <Power className="icon text-icon" aria-hidden="true" />
            <span className="min-w-0 flex-1 basis-60">
              You can close this window or turn off the computer. The rotation continues from where it was.
            </span>
            {isStill && (
              <Button isSmall icon={RotateCw} isBusy={resume.isPending} onClick={() => resume.mutate()}>
                It has stopped: resume
              </Button>
            )}
          </div>
          <div className="mt-2 empty:hidden">
            <ErrorLine said={resume.message} />
          </div>
        </div>
        <Swap rotation={rotation} />
      </section>
      <GroupTable rotation={rotation} />
    </>
  );
}

/** The old key and the new one. */
export function Swap({ rotation }: { rotation: Rotation }) {
  const left = rotation.by_group.reduce((sum, group) => sum + group.left, 0);
  const isDone = rotation.state === 'done';
  return (
    <div className="rotation-swap">
      <div>
        <KeyShape fingerprint={rotation.old_fingerprint} state="old" column={8} />
        <p>
          <b>Key version {rotation.old_epoch}</b>
          <span>{isDone ? 'Retired, decrypts old backups' : `Retiring, ${left.toLocaleString()} left`}</span>
        </p>
      </div>
      <ArrowRight className="icon text-icon max-tablet:rotate-90" aria-hidden="true" />
      <div>
        <KeyShape fingerprint={rotation.new_fingerprint} column={8} />
        <p>
          <b>Key version {rotation.new_epoch}</b>
          <span>{rotation.sealing_at && `Active since ${formatDay(rotation.sealing_at)}`}</span>
        </p>
      </div>
    </div>
  );
}
