import { formatCount } from '../ui/time.ts';
import { nameCustody } from './custody-words.ts';
import type { VaultStatus } from './vault.ts';

interface CaseWords {
  /** Short text for the sidebar. */
  short: string;
  /** The reason as part of a sentence: "the key is missing from GNOME Keyring". */
  why: string;
  /** What it means, and what happens automatically. */
  meaning: string;
}

const UNTOUCHED = 'Nothing was changed and no new key was created.';

/** Why the vault is locked. */
export function caseWords(vault: VaultStatus): CaseWords {
  const { custody } = vault;
  const place = nameCustody(custody);
  const isKeychain = custody.name === 'keychain';
  const detail = `${vault.detail ?? ''} ${UNTOUCHED}`.trim();
  switch (vault.case) {
    case 'missing':
      return {
        short: 'key missing',
        why: !hadKey(vault)
          ? 'there is no key yet'
          : isKeychain
            ? `the key is missing from ${place}`
            : `${place} is missing`,
        meaning:
          vault.found_key && !hadKey(vault)
            ? (vault.detail ?? '')
            : isKeychain
              ? `${custody.label} responds, but has no entry for ${vault.instance.name}. ${UNTOUCHED}`
              : `There is no key at ${custody.place}. ${UNTOUCHED}`,
      };
    case 'waiting':
      return waitingWords(vault, detail);
    case 'old_key':
      return { short: 'an older key', why: `${place} holds an older key`, meaning: detail };
    case 'foreign_key':
      return { short: 'another key', why: `${place} holds another key`, meaning: detail };
    case 'relocated':
      return { short: 'moved or copied?', why: 'this directory was moved or copied', meaning: UNTOUCHED };
    case 'locked_when_idle':
      return {
        short: 'nobody used it',
        why: `nobody used it for ${formatCount(vault.idle_minutes ?? 0, 'minute')}`,
        meaning: sayKeyIsGone(vault),
      };
    case 'locked_with_screen':
      return {
        short: 'with the screen',
        why: 'the screen of its computer was locked',
        meaning: sayKeyIsGone(vault),
      };
    default:
      return {
        short: 'on request',
        why: 'someone locked it',
        meaning: sayKeyIsGone(vault),
      };
  }
}

function sayKeyIsGone({ custody }: VaultStatus): string {
  return custody.name === 'passphrase'
    ? 'The key was removed from memory. Type the passphrase to unlock it again.'
    : `The key was removed from memory. It is still in ${nameCustody(custody)}.`;
}

/** The custody has not returned the key: access was refused, or someone has to unlock it. */
function waitingWords({ custody, refused }: VaultStatus, detail: string): CaseWords {
  const place = nameCustody(custody);
  const isKeychain = custody.name === 'keychain';
  if (custody.name === 'passphrase' && !refused)
    return {
      short: 'passphrase needed',
      why: 'your passphrase is needed',
      meaning:
        'The key is stored in a file encrypted with your passphrase. It is asked for after each start.',
    };
  if (refused)
    return isKeychain
      ? { short: 'no keychain', why: `${place} did not respond`, meaning: detail }
      : { short: 'file unreadable', why: `${place} cannot be read`, meaning: detail };
  return {
    short: isKeychain ? 'keychain locked' : 'file unreadable',
    why: `${place} is locked`,
    meaning: 'Unlock the keyring of this machine, and the vault unlocks automatically. No restart is needed.',
  };
}

/** Whether there is, or ever was, a key. */
export const hadKey = (vault: VaultStatus) => vault.fingerprint !== null;
