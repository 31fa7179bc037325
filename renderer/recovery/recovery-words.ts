import type { SecretKind } from '../secrets/secret-words.ts';
import type { RecoveryGroupName } from './recovery-query.ts';

export const groupWords: Record<RecoveryGroupName, { title: string; breaks: string }> = {
  tls: { title: 'Certificates', breaks: 'break at the next restart' },
  sign_in: { title: 'Sign-in and access', breaks: 'breaks at the next sign-in or call' },
  deploys: { title: 'Variables and connections', breaks: 'break when they are next read' },
  mail: { title: 'Mail', breaks: 'breaks at the next message' },
  backups: { title: 'Backups', breaks: 'break at the next backup' },
};

interface NewValueWords {
  button: string;
  done: string;
}

const newValues: Partial<Record<SecretKind, NewValueWords>> = {
  tls_private_key: { button: 'Issue again', done: 'Issued again' },
  totp_secret: { button: 'Switch it off', done: 'Switched off: set it up again' },
};

/** How a value is made anew, on its button and afterwards. */
export const sayNewValue = (kind: SecretKind): NewValueWords =>
  newValues[kind] ?? { button: 'Make a new one', done: 'Made anew' };

/** Kinds that come as several lines. */
export const isLong = (kind: SecretKind) => kind === 'ssh_private_key';
