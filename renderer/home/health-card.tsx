import { Link } from '@tanstack/react-router';
import { FileKey, RefreshCw, ShieldCheck } from 'lucide-react';
import { useMay } from '../app/session.ts';
import { buttonClass } from '../ui/button.tsx';
import { Dial } from '../ui/instruments/dial.tsx';
import { KeyShape } from '../ui/instruments/key-shape.tsx';
import { Level } from '../ui/instruments/level.tsx';
import { formatDay, formatExact } from '../ui/time.ts';
import { keeperOf } from '../vault-state/custody-words.ts';
import { levelWords } from '../vault-state/health-words.ts';
import { useRecovery } from '../vault-state/recovery.ts';
import { UnlockLink } from '../vault-state/unlock-link.tsx';
import { daysSinceVerified, isRotating, type VaultStatus } from '../vault-state/vault.ts';
import { sayOutcome } from './outcome-words.ts';

/** Key health: one sentence, the facts, the key's shape, and one button. */
export function HealthCard({ vault, hasButton }: { vault: VaultStatus; hasButton: boolean }) {
  const recovery = useRecovery();
  const isLocked = vault.state === 'locked';
  const { verified_at, due_at } = vault.proof;
  return (
    <section className="card health" aria-label="Key health">
      <Dial days={daysSinceVerified(vault)} />
      <div className="min-w-0">
        <Level level={vault.health.level} isLocked={isLocked}>
          {isLocked ? 'Locked' : levelWords[vault.health.level].alone}
        </Level>
        <p className="t16 health-say">{sayOutcome(vault, recovery)}</p>
        <dl className="facts health-facts">
          <div>
            <dt>Last verified copy</dt>
            <dd title={verified_at === null ? undefined : formatExact(verified_at)}>
              {verified_at === null ? 'none' : formatDay(verified_at)}
            </dd>
          </div>
          <div>
            <dt>Next verification due</dt>
            <dd title={due_at === null ? undefined : formatExact(due_at)}>
              {due_at === null ? '–' : due_at < Date.now() ? 'now' : formatDue(due_at)}
            </dd>
          </div>
          <div>
            <dt>Key stored in</dt>
            <dd className="truncate" title={vault.custody.place}>
              {keeperOf(vault.custody)}
            </dd>
          </div>
        </dl>
      </div>
      <div className="health-key">
        <KeyShape fingerprint={vault.fingerprint} state={isLocked ? 'missing' : 'active'} />
        {hasButton && <MainWay vault={vault} />}
      </div>
    </section>
  );
}

function MainWay({ vault }: { vault: VaultStatus }) {
  const mayWrite = useMay('vault:write');
  if (!mayWrite) return null;
  if (vault.state === 'locked') return <UnlockLink />;
  if (isRotating(vault))
    return (
      <Link to="/key/rotate" className={buttonClass()}>
        <RefreshCw className="icon" aria-hidden="true" />
        View rotation
      </Link>
    );
  return vault.proof.verified_at === null ? (
    <Link to="/key/copy" className={buttonClass()}>
      <FileKey className="icon" aria-hidden="true" />
      Make a copy
    </Link>
  ) : (
    <Link to="/key/verify" className={buttonClass()}>
      <ShieldCheck className="icon" aria-hidden="true" />
      Verify a copy
    </Link>
  );
}

const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'long' });
const formatDue = (ms: number) => day.format(ms);
