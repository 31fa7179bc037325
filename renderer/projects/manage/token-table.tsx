import { Trash2 } from 'lucide-react';
import { IconButton } from '../../ui/button.tsx';
import { Chip } from '../../ui/chip.tsx';
import { Expiry } from '../../ui/form/expiry.tsx';
import { LastUsed } from '../../ui/last-used.tsx';
import type { Token } from '../project-queries.ts';
import { describeGrant, tokenPermissions } from './token-permissions.ts';

interface TokenTableProps {
  tokens: readonly Token[];
  onDelete?: ((token: Token) => void) | undefined;
}

export function TokenTable({ tokens, onDelete }: TokenTableProps) {
  return (
    <div className="table-wrap">
      <table className="table table-tall">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col" className="max-tablet:hidden">
              May
            </th>
            <th scope="col" className="w-36 max-tablet:hidden">
              Last used
            </th>
            <th scope="col" className="w-36 max-phone:w-32">
              Expires
            </th>
            {onDelete && (
              <th scope="col" className="w-16">
                <span className="sr">Actions</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {tokens.map((token) => (
            <tr key={token.id}>
              <td>
                <span className="two-lines">
                  <span className="first block w-fit max-w-full truncate" dir="auto" title={token.name}>
                    {token.name}
                  </span>
                  <small className="font-mono">{token.token_prefix}…</small>
                </span>
              </td>
              <td className="max-tablet:hidden" title={labels(token)}>
                <Chip>{describeGrant(token.permissions)}</Chip>
              </td>
              <td className="max-tablet:hidden">
                <LastUsed at={token.last_used_at} />
              </td>
              <td>
                <Expiry at={token.expires_at} />
              </td>
              {onDelete && (
                <td>
                  <span className="flex justify-end">
                    <IconButton
                      icon={Trash2}
                      label={`Delete ${token.name}`}
                      onClick={() => onDelete(token)}
                    />
                  </span>
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function labels(token: Token): string {
  return tokenPermissions
    .filter(({ name }) => token.permissions.includes(name))
    .map(({ label }) => label)
    .join(', ');
}
