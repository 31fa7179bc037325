import { Trash2 } from 'lucide-react';
import { IconButton } from '../../ui/button.tsx';
import { Chip } from '../../ui/chip.tsx';
import { Expiry } from '../../ui/form/expiry.tsx';
import { LastUsed } from '../../ui/last-used.tsx';
import { actionsColumn, RowName, Table, type TableStates } from '../../ui/table.tsx';
import type { Token } from '../project-queries.ts';
import { describeGrant, tokenPermissions } from './token-permissions.ts';

interface TokenTableProps extends TableStates {
  tokens: readonly Token[];
  onDelete?: ((token: Token) => void) | undefined;
}

export function TokenTable({ tokens, onDelete, ...states }: TokenTableProps) {
  return (
    <Table
      {...states}
      label="Tokens"
      className="table-tall"
      rows={tokens}
      rowKey={(token) => token.id}
      columns={[
        {
          name: 'Name',
          isRowHeader: true,
          cell: ({ name, token_prefix }) => (
            <RowName name={name} below={<span className="font-mono">{token_prefix}…</span>} />
          ),
        },
        {
          name: 'May',
          className: 'max-tablet:hidden',
          title: labels,
          cell: ({ permissions }) => <Chip>{describeGrant(permissions)}</Chip>,
        },
        {
          name: 'Last used',
          width: 'w-36',
          className: 'max-tablet:hidden',
          cell: ({ last_used_at }) => <LastUsed at={last_used_at} />,
        },
        {
          name: 'Expires',
          width: 'w-36 max-phone:w-32',
          cell: ({ expires_at }) => <Expiry at={expires_at} />,
        },
        ...(onDelete
          ? [
              actionsColumn<Token>(
                (token) => (
                  <IconButton icon={Trash2} label={`Delete ${token.name}`} onClick={() => onDelete(token)} />
                ),
                'w-16',
              ),
            ]
          : []),
      ]}
    />
  );
}

function labels(token: Token): string {
  return tokenPermissions
    .filter(({ name }) => token.permissions.includes(name))
    .map(({ label }) => label)
    .join(', ');
}
