import { Ellipsis, Power, PowerOff, Trash2 } from 'lucide-react';
import { askConfirmed, client } from '../api/client.ts';
import { useApiMutation } from '../api/mutation.ts';
import { IconButton } from '../ui/button.tsx';
import { Chip } from '../ui/chip.tsx';
import { Expiry } from '../ui/form/expiry.tsx';
import { LastUsed } from '../ui/last-used.tsx';
import { Menu } from '../ui/overlays/menu.tsx';
import { showToast } from '../ui/overlays/toasts.tsx';
import { formatCount } from '../ui/time.ts';
import type { ApiKey } from './api-keys-query.ts';
import { permissionWords } from './permission-words.ts';
import { roleLabel } from './roles.ts';

interface ApiKeyTableProps {
  keys: readonly ApiKey[];
  /** Absent for those who may only look. */
  onDelete?: ((key: ApiKey) => void) | undefined;
}

export function ApiKeyTable({ keys, onDelete }: ApiKeyTableProps) {
  return (
    <div className="table-wrap">
      <table className="table table-tall">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col" className="w-44 max-tablet:hidden">
              Role
            </th>
            <th scope="col" className="w-36 max-tablet:hidden">
              Last used
            </th>
            <th scope="col" className="w-36 max-phone:w-32">
              Expires
            </th>
            {onDelete && (
              <th scope="col" className="w-14">
                <span className="sr">Actions</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {keys.map((key) => (
            <tr key={key.id}>
              <td>
                <span className="two-lines">
                  <span className="flex min-w-0 items-center gap-2">
                    <span className="first truncate" dir="auto" title={key.name}>
                      {key.name}
                    </span>
                    {!key.is_active && <Chip>switched off</Chip>}
                  </span>
                  <small className="font-mono">{key.key_prefix}…</small>
                </span>
              </td>
              <td className="max-tablet:hidden">
                <Grant apiKey={key} />
              </td>
              <td className="max-tablet:hidden">
                <LastUsed at={key.last_used_at} />
              </td>
              <td>
                <Expiry at={key.expires_at} />
              </td>
              {onDelete && (
                <td>
                  <span className="flex justify-end">
                    <KeyMenu apiKey={key} onDelete={onDelete} />
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

function Grant({ apiKey }: { apiKey: ApiKey }) {
  if (apiKey.permissions === null) return <Chip>{roleLabel(apiKey.role_type)}</Chip>;
  return (
    <span title={apiKey.permissions.map(permissionWords).join(', ')}>
      <Chip>{formatCount(apiKey.permissions.length, 'permission')}</Chip>
    </span>
  );
}

function KeyMenu({ apiKey, onDelete }: { apiKey: ApiKey; onDelete: (key: ApiKey) => void }) {
  const { id, name, is_active } = apiKey;
  const params = { params: { path: { id } } };
  const toggle = useApiMutation(
    () =>
      askConfirmed(() =>
        is_active
          ? client.POST('/api-keys/{id}/deactivate', params)
          : client.POST('/api-keys/{id}/activate', params),
      ),
    {
      changes: ['api-keys'],
      onDone: () => showToast({ title: `${name} is switched ${is_active ? 'off' : 'on'}` }),
      onFailed: (text) => showToast({ title: `${name} was not switched`, text }),
    },
  );
  return (
    <Menu
      trigger={<IconButton icon={Ellipsis} label={`Actions for ${name}`} />}
      groups={[
        [
          {
            label: is_active ? 'Switch off' : 'Switch on',
            icon: is_active ? PowerOff : Power,
            onSelect: () => toggle.mutate(),
          },
        ],
        [{ label: 'Delete…', icon: Trash2, onSelect: () => onDelete(apiKey) }],
      ]}
    />
  );
}
