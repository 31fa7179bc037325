import { Link } from '@tanstack/react-router';
import { FileKey, RefreshCw, ShieldCheck } from 'lucide-react';
import { useMay } from '../app/session.ts';
import { formats } from '../key/copy/copy-formats.ts';
import { buttonClass } from '../ui/button.tsx';
import { Dial } from '../ui/instruments/dial.tsx';
import { Level } from '../ui/instruments/level.tsx';
import { formatDay, formatExact, serverNow } from '../ui/time.ts';
import { inCustody } from '../vault-state/custody-words.ts';
import { reasonsOf, reasonWords } from '../vault-state/health-words.ts';
import { UnlockLink } from '../vault-state/unlock-link.tsx';
import { daysSinceVerified, isRotating, type VaultStatus } from '../vault-state/vault.ts';
import type { HalfProps } from './backup-half.tsx';

/** The copy of the key that was verified last. */
export function KeyHalf({ vault, hasButton, isMain }: HalfProps) {
  const { place, format, verified_at, due_at } = vault.proof;
  const [worst] = reasonsOf(vault, 'key');
  return (
    <div className="half">
      <Dial days={daysSinceVerified(vault)} isSmall />
      <div className="min-w-0 [overflow-wrap:anywhere]">
        <h2>
          Key copy{' '}
          <Level level={vault.health.halves.key} isLocked={vault.state === 'locked'}>
            {worst ? reasonWords[worst.code].title : verified_at === null ? 'No secrets yet' : 'Verified'}
          </Level>
        </h2>
        <p title={verified_at === null ? undefined : formatExact(verified_at)}>
          {verified_at === null || place === null
            ? 'No copy was verified.'
            : `${format === null ? 'Shares' : formats[format].name}, ${place}, ${formatDay(verified_at)}`}
        </p>
        <p className="quiet text-12">
          {vault.epoch === null ? '' : `Key version ${vault.epoch}, stored ${inCustody(vault.custody)}. `}
          {due_at !== null && `Verify again ${due_at < serverNow() ? 'now' : `by ${day.format(due_at)}`}.`}
        </p>
      </div>
      {hasButton && <Way vault={vault} isMain={isMain} />}
    </div>
  );
}

function Way({ vault, isMain }: { vault: VaultStatus; isMain: boolean }) {
  const mayWrite = useMay('vault:write');
  if (!mayWrite) return null;
  if (vault.state === 'locked') return <UnlockLink />;
  const className = buttonClass(isMain ? 'main' : 'normal', true);
  if (isRotating(vault))
    return (
      <Link to="/key/rotate" className={className}>
        <RefreshCw className="icon" aria-hidden="true" />
        View rotation
      </Link>
    );
  return vault.proof.verified_at === null ? (
    <Link to="/key/copy" className={className}>
      <FileKey className="icon" aria-hidden="true" />
      Make a copy
    </Link>
  ) : (
    <Link to="/key/verify" className={className}>
      <ShieldCheck className="icon" aria-hidden="true" />
      Verify a copy
    </Link>
  );
}

const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'long' });
