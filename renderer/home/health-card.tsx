import { Level } from '../ui/instruments/level.tsx';
import { reasonWords } from '../vault-state/health-words.ts';
import type { VaultStatus } from '../vault-state/vault.ts';
import { BackupHalf } from './backup-half.tsx';
import { KeyHalf } from './key-half.tsx';
import { sayOutcome } from './outcome-words.ts';

/**
 * Health: one sentence, and its two halves, the copy of the key and the backup.
 *
 * @param hasButtons false at the very start, when the steps below have them.
 */
export function HealthCard({ vault, hasButtons }: { vault: VaultStatus; hasButtons: boolean }) {
  const isLocked = vault.state === 'locked';
  const { level, halves, reasons } = vault.health;
  // The half that is worse has the one blue button.
  const mainHalf = isLocked || level === 'ok' ? null : halves.key === level ? 'key' : 'backup';
  const [worst] = reasons;
  return (
    <section className="card both" aria-label="Health: key copy and backup">
      <div className="both-top">
        <Level level={level} isLocked={isLocked}>
          {isLocked ? 'Locked' : worst ? reasonWords[worst.code].title : sayGood(vault)}
        </Level>
        <p className="t16">{sayOutcome(vault)}</p>
      </div>
      <div className="halves">
        <KeyHalf vault={vault} hasButton={hasButtons} isMain={mainHalf === 'key'} />
        <BackupHalf vault={vault} hasButton={hasButtons} isMain={mainHalf === 'backup'} />
      </div>
    </section>
  );
}

const sayGood = ({ health: { recovery } }: VaultStatus): string =>
  recovery?.is_whole ? 'Key copy and backup verified' : 'Nothing to lose yet';
