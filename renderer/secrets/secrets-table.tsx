import { Check, LockKeyhole } from 'lucide-react';
import { Verdict } from '../ui/instruments/verdict.tsx';
import { formatAgo, formatExact, formatShortDay } from '../ui/time.ts';
import { useLostKeys } from './lost-keys.ts';
import { OwnerLink } from './owner-link.tsx';
import { useSecretIcon } from './secret-icon.ts';
import { wordsOfKind } from './secret-words.ts';
import type { SealedSecret } from './secrets-queries.ts';

const columns = ['What', 'Owner', 'Kind', 'Key', 'Sealed', 'Last used', 'Check'] as const;

/** Sealed values, one a row, without their values. On a telephone a row is two lines. */
export function SecretsTable({ secrets }: { secrets: readonly SealedSecret[] }) {
  const lost = useLostKeys();
  return (
    <table className="table secrets-table">
      <colgroup>
        {columns.map((name) => (
          <col key={name} className={`col-${name.toLowerCase().replace(' ', '-')}`} />
        ))}
      </colgroup>
      <thead>
        <tr>
          {columns.map((name) => (
            <th key={name} scope="col" className={name === 'Key' ? 'num' : ''}>
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {secrets.map((secret) => (
          <SecretRow key={secret.id} secret={secret} isLost={lost.has(secret.key_fingerprint)} />
        ))}
      </tbody>
    </table>
  );
}

const rowClass: Partial<Record<SealedSecret['check'], string>> = {
  does_not_open: 'is-bad',
  locked: 'is-locked',
};

function SecretRow({ secret, isLost }: { secret: SealedSecret; isLost: boolean }) {
  const { owner, kind, check } = secret;
  const { label } = wordsOfKind(kind);
  const Icon = useSecretIcon(kind);
  const name = owner?.name ?? 'Nothing uses it';
  return (
    <tr className={rowClass[check] ?? ''}>
      <td>
        <span className="row">
          <Icon className="icon text-icon" aria-hidden="true" />
          <span
            className={`cut ${kind === 'env_var' ? 'name' : 'first'}`}
            dir="auto"
            title={owner?.title ?? name}
          >
            {name}
          </span>
        </span>
      </td>
      <td data-label="Owner">
        <OwnerLink owner={owner} title={owner?.belongs_to ?? ''} without={owner?.belongs_to ?? '–'}>
          {owner?.belongs_to}
        </OwnerLink>
      </td>
      <td data-label="Kind">{label}</td>
      <td data-label="Key" className="num" title={secret.key_fingerprint}>
        {secret.epoch ?? '?'}
      </td>
      <td data-label="Sealed" title={formatExact(secret.updated_at)}>
        {formatShortDay(secret.updated_at)}
      </td>
      <td
        data-label="Last used"
        title={secret.last_used_at === null ? undefined : formatExact(secret.last_used_at)}
      >
        {secret.last_used_at === null ? '–' : formatAgo(secret.last_used_at)}
      </td>
      <td className="secret-check">
        <CheckSign check={check} isLost={isLost} />
      </td>
    </tr>
  );
}

function CheckSign({ check, isLost }: { check: SealedSecret['check']; isLost: boolean }) {
  switch (check) {
    case 'opens':
      return (
        <span className="row">
          <Check className="icon text-ok-solid" aria-hidden="true" />
          Opens
        </span>
      );
    case 'does_not_open':
      return (
        <span className="row level-broken font-medium">
          <Verdict name="broken" />
          {isLost ? 'Key lost' : 'Does not open'}
        </span>
      );
    case 'locked':
      return (
        <span className="padlock">
          <LockKeyhole className="icon" aria-hidden="true" />
          Locked
        </span>
      );
    case 'unchecked':
      return <span className="text-text-3">Not checked</span>;
  }
}
