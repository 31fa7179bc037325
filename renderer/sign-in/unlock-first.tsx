import type { Session } from '../app/session.ts';
import { CopyUnlock } from '../key/locked/copy-unlock.tsx';
import { PassphraseUnlock } from '../key/locked/custody-unlock.tsx';

interface UnlockFirstProps {
  methods: NonNullable<Session['locked_vault']>['unlock_methods'];
}

/** Unlocks the vault for someone whose code cannot be checked before. The key is not stored anywhere again. */
export function UnlockFirst({ methods }: UnlockFirstProps) {
  const takesPassphrase = methods.includes('passphrase');
  return (
    <div className="grid grid-cols-1 gap-4">
      {takesPassphrase && <PassphraseUnlock />}
      <CopyUnlock putBackIn={null} isMain={!takesPassphrase} />
    </div>
  );
}
