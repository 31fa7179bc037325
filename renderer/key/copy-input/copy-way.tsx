import type { ReactNode } from 'react';
import { PasswordField } from '../../ui/form/field.tsx';
import type { HandedCopy } from './handed-copy.ts';

/** Props of every input tab. */
export interface CopyWayProps {
  /** For a restore identities of age are taken too: they decrypt a backup. */
  purpose: 'unlock' | 'verify' | 'restore';
  onReady: (copy: HandedCopy | null) => void;
  action?: ReactNode;
  passphraseError?: string | undefined;
}

/** Footer of a tab: progress at the left, the action at the right. */
export function CopyInputFoot({ children, action }: { children?: ReactNode; action?: ReactNode }) {
  return (
    <div className="copy-input-foot">
      <div className="min-w-0 flex-1 text-12 text-text-3" aria-live="polite">
        {children}
      </div>
      {action}
    </div>
  );
}

interface PassphraseFieldProps {
  hint?: string;
  error?: string | undefined;
  onChange: (passphrase: string) => void;
}

/** The passphrase of an encrypted copy, only in the browser's own field. */
export function PassphraseField({ hint, error, onChange }: PassphraseFieldProps) {
  return (
    <PasswordField
      label="Passphrase of the copy"
      hint={hint}
      error={error}
      maxLength={1024}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}
