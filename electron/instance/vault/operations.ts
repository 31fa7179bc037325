import { bareOperation, declareOperations, operation } from '../audit/operation.ts';
import { code, countOf, say } from '../audit/sentence.ts';
import type { Fingerprint } from './sealing/master-key.ts';

export const vaultOperations = declareOperations({
  VAULT_LOCKED: bareOperation('Locked', () => say`Locked the vault`),
  VAULT_LOCKED_WHEN_IDLE: operation<{ minutes: number }>('Locked by itself', ({ minutes }) =>
    typeof minutes === 'number'
      ? say`Locked the vault, because nobody used it for ${countOf(minutes, 'minute')}`
      : say`Locked the vault, because nobody used it`,
  ),
  VAULT_LOCKED_WITH_SCREEN: bareOperation(
    'Locked with the screen',
    () => say`Locked the vault with the screen`,
  ),
  VAULT_UNLOCKED: operation<{ method: string; user_id?: number; ip?: string | null }>(
    'Unlocked',
    // With a person: one who was not signed in yet.
    ({ user_id }, names) =>
      typeof user_id === 'number'
        ? say`Unlocked the vault for ${names.user(user_id)}, whose second factor was awaited`
        : say`Unlocked the vault`,
  ),
  WARNING_SNOOZED: operation<{ reason: string; days: number }>(
    'Reminder snoozed',
    ({ days }) => say`Snoozed a warning about the key for ${countOf(days, 'day')}`,
  ),
  KEY_COPY_MADE: operation<{ format: string; place: string; fingerprint: Fingerprint; separate: boolean }>(
    'Key copy created',
    ({ place }) =>
      typeof place === 'string' ? say`Created a copy of the key: ${place}` : say`Created a copy of the key`,
  ),
  KEY_COPY_VERIFIED: operation<{ verdict: string; fingerprint: Fingerprint | null }>(
    'Key copy read',
    () => say`Read a copy of the key`,
  ),
  KEY_COPY_PROVEN: operation<{ id: number; fingerprint: Fingerprint; told?: string }>(
    'Key copy verified',
    ({ told }) =>
      told === undefined
        ? say`Verified a copy of the key`
        : say`Verified a copy of the key, and said that it lies in ${told}`,
  ),
  KEY_COPY_FORGOTTEN: operation<{ id: number }>(
    'Key copy removed',
    () => say`Removed a copy of the key from the list`,
  ),
  KEY_SPLIT_MADE: operation<{ id: number; threshold: number; shares: number; fingerprint: Fingerprint }>(
    'Key split',
    ({ threshold, shares }) =>
      say`Split the key into ${countOf(shares, 'share')}, any ${threshold} of which open it`,
  ),
  KEY_SHARE_KEPT: operation<{ id: number; number: number; place: string; separate: boolean }>(
    'Share of the key kept',
    ({ number, place }) =>
      typeof place === 'string'
        ? say`Kept share ${number} of the key: ${place}`
        : say`Kept share ${number} of the key`,
  ),
  KEY_SPLIT_VERIFIED: operation<{ id: number; numbers: number[]; fingerprint: Fingerprint }>(
    'Split key verified',
    () => say`Recovered the key from its shares and compared it`,
  ),
  KEY_SHARE_CHECKED: operation<{ verdict: string; number: number | null; fingerprint: Fingerprint | null }>(
    'Share of the key checked',
    () => say`Checked a share of the key`,
  ),
  KEY_SPLIT_FORGOTTEN: operation<{ id: number }>(
    'Split key removed',
    () => say`Removed a split key from the list`,
  ),
  KEY_MADE: operation<{ custody: string; fingerprint: Fingerprint | null }>(
    'Key created',
    ({ custody }) => say`Chose ${custody} for the first key`,
  ),
  DIRECTORY_RELOCATED: operation<{ answer: string }>('Directory moved or copied', ({ answer }) =>
    answer === 'copied'
      ? say`Said that the data directory is a copy: it got keychain entries of its own`
      : say`Said that the data directory was moved`,
  ),
  KEY_CUSTODY_MOVED: operation<{ from: string; to: string }>(
    'Key moved',
    ({ from, to }) => say`Moved the key from ${from} to ${to}`,
  ),
  KEY_ROTATION_STAGED: operation<{ from: Fingerprint; to: Fingerprint }>(
    'Rotation started',
    () => say`Created a new key to rotate to`,
  ),
  KEY_ROTATION_WITHOUT_COPY: bareOperation(
    'Rotation without a copy',
    () => say`Continued the rotation without a verified copy of the new key`,
  ),
  KEY_ROTATION_SEALING: operation<{ total: number; snapshot: string }>(
    'Rotation encrypting',
    ({ total }) => say`Began to encrypt ${countOf(total, 'value')} with the new key`,
  ),
  KEY_ROTATION_FINISHED: operation<{ from: Fingerprint; to: Fingerprint; total: number }>(
    'Rotation finished',
    ({ total }) => say`Finished the rotation: ${countOf(total, 'value')} encrypted with the new key`,
  ),
  KEY_ROTATION_UNDONE: bareOperation('Rotation undone', () => say`Undid the rotation`),
  KEY_SHREDDED: operation<{ fingerprint: Fingerprint }>(
    'Key shredded',
    ({ fingerprint }) => say`Shredded the retired key ${code(fingerprint)}`,
  ),
  KEY_STARTED_OVER: bareOperation('Started over', () => say`Started over with a new key`),
  SECRETS_RESCUED: operation<{ fingerprint: Fingerprint; rescued: number }>(
    'Secrets recovered',
    ({ rescued }) => say`Recovered ${countOf(rescued, 'value')} with an older key`,
  ),
  LOST_VERSIONS_REMOVED: operation<{ count: number }>(
    'Lost versions removed',
    ({ count }) => say`Removed ${countOf(count, 'earlier version')} that only a lost key could decrypt`,
  ),
  SECRET_REENTERED: operation<{ id: string }>('Secret entered again', () => say`Entered a lost secret again`),
  SECRET_REGENERATED: operation<{ id: string }>('Secret regenerated', () => say`Regenerated a lost secret`),
});
