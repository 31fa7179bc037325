import { Link } from '@tanstack/react-router';
import { SmallBlade } from '../ui/instruments/blade.tsx';
import { Level } from '../ui/instruments/level.tsx';
import { healthWords } from './health-words.ts';
import { useVault } from './vault.ts';

/** Which key, and how it is. */
export function KeyPlate() {
  const vault = useVault().data;
  if (!vault) return null;
  const isLocked = vault.state === 'locked';
  const words = healthWords(vault);
  return (
    <Link to="/key" className="key-plate" aria-label={`Encryption key: ${words.level}, ${words.more}`}>
      <SmallBlade fingerprint={vault.fingerprint} state={isLocked ? 'missing' : 'active'} />
      <Level level={isLocked ? 'broken' : vault.health.level} isLocked={isLocked}>
        {words.level}
        <span className="more">· {words.more}</span>
      </Level>
    </Link>
  );
}
