import { Check } from 'lucide-react';
import { Verdict } from '../ui/instruments/verdict.tsx';
import { Locked, Table, type TableStates } from '../ui/table.tsx';
import { formatAgo, formatExact, formatShortDay } from '../ui/time.ts';
import { OwnerLink } from './owner-link.tsx';
import { useSecretIcon } from './secret-icon.ts';
import { wordsOfKind } from './secret-words.ts';
import type { SealedSecret } from './secrets-queries.ts';
import { useLostKeys } from './secrets-queries.ts';

interface SecretsTableProps extends TableStates {
  secrets: readonly SealedSecret[];
}

/** Encrypted values, one per row, without their plaintext. Narrow screens hide the less important columns. */
export function SecretsTable({ secrets, ...states }: SecretsTableProps) {
  const lost = useLostKeys();
  return (
    <Table
      {...states}
      label="Secrets"
      className="max-phone:[--row:var(--row-height-tall)]"
      skeletonRows={10}
      rows={secrets}
      rowKey={(secret) => secret.id}
      rowClass={({ check }) => rowClass[check] ?? ''}
      columns={[
        { name: 'Name', isRowHeader: true, cell: (secret) => <What secret={secret} /> },
        {
          name: 'Used in',
          width: 'w-44',
          className: 'max-phone:hidden',
          cell: ({ owner }) => <BelongsTo owner={owner} />,
        },
        {
          name: 'Kind',
          width: 'w-36',
          className: 'max-[900px]:hidden',
          cell: ({ kind }) => wordsOfKind(kind).label,
        },
        {
          name: 'Key',
          isNumber: true,
          width: 'w-16',
          className: 'pr-6 max-phone:hidden',
          title: ({ key_fingerprint }) => key_fingerprint,
          cell: ({ epoch }) => epoch ?? '?',
        },
        {
          name: 'Encrypted',
          width: 'w-28',
          className: 'max-[1240px]:hidden',
          title: ({ updated_at }) => formatExact(updated_at),
          cell: ({ updated_at }) => formatShortDay(updated_at),
        },
        {
          name: 'Last read',
          width: 'w-30',
          className: 'max-wide:hidden',
          title: ({ last_used_at }) => (last_used_at === null ? undefined : formatExact(last_used_at)),
          cell: ({ last_used_at }) => (last_used_at === null ? '–' : formatAgo(last_used_at)),
        },
        {
          name: 'Check',
          width: 'w-38 max-phone:w-34',
          cell: ({ check, key_fingerprint }) => (
            <CheckSign check={check} isLost={lost.has(key_fingerprint)} />
          ),
        },
      ]}
    />
  );
}

const rowClass: Partial<Record<SealedSecret['check'], string>> = {
  does_not_open: 'is-bad',
  locked: 'is-locked',
};

function What({ secret: { owner, kind } }: { secret: SealedSecret }) {
  const Icon = useSecretIcon(kind);
  const name = owner?.name ?? 'Not used';
  return (
    <span className="row">
      <Icon className="icon text-icon" aria-hidden="true" />
      <span className="two-lines min-w-0">
        <span
          className={`cut block ${kind === 'env_var' ? 'name' : 'first'}`}
          dir="auto"
          title={owner?.title ?? name}
        >
          {name}
        </span>
        <small className="phone:hidden">
          <BelongsTo owner={owner} />
        </small>
      </span>
    </span>
  );
}

function BelongsTo({ owner }: Pick<SealedSecret, 'owner'>) {
  return (
    <OwnerLink owner={owner} title={owner?.belongs_to ?? ''} without={owner?.belongs_to ?? '–'}>
      {owner?.belongs_to}
    </OwnerLink>
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
          {isLost ? 'Key lost' : 'Cannot decrypt'}
        </span>
      );
    case 'locked':
      return <Locked />;
    case 'unchecked':
      return <span className="text-text-3">Not checked</span>;
  }
}
