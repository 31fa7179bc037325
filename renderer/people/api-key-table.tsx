import { Ellipsis, MapPin, Power, PowerOff, RefreshCw, Trash2 } from 'lucide-react';
import { askConfirmed, client } from '../api/client.ts';
import { useApiMutation } from '../api/mutation.ts';
import { Actor } from '../ui/actor.tsx';
import { IconButton } from '../ui/button.tsx';
import { Chip } from '../ui/chip.tsx';
import { AddressLimit } from '../ui/form/address-list.tsx';
import { Expiry } from '../ui/form/expiry.tsx';
import { LastUsed } from '../ui/last-used.tsx';
import { Menu } from '../ui/overlays/menu.tsx';
import { showToast } from '../ui/overlays/toasts.tsx';
import { actionsColumn, RowName, Table, type TableStates } from '../ui/table.tsx';
import { formatCount, serverNow } from '../ui/time.ts';
import { type ApiKey, findEndedParent } from './people-queries.ts';
import { permissionWords } from './permission-words.ts';
import { roleLabel } from './role-choice.tsx';

interface ApiKeyTableProps extends TableStates {
  keys: readonly ApiKey[];
  /** Whether the caller may change this one. */
  mayChange: (key: ApiKey) => boolean;
  /** Absent for callers without write access. */
  onDelete?: ((key: ApiKey) => void) | undefined;
  onRotate: (key: ApiKey) => void;
  onLimit: (key: ApiKey) => void;
}

export function ApiKeyTable({ keys, mayChange, onDelete, onRotate, onLimit, ...states }: ApiKeyTableProps) {
  return (
    <Table
      {...states}
      label="API keys"
      className="table-tall"
      rows={keys}
      rowKey={(key) => key.id}
      columns={[
        {
          name: 'Name',
          isRowHeader: true,
          cell: (key) => (
            <RowName
              name={key.name}
              beside={<State apiKey={key} keys={keys} />}
              below={<span className="font-mono">{key.key_prefix}…</span>}
            />
          ),
        },
        {
          name: 'Created by',
          width: 'w-48',
          className: 'max-wide:hidden',
          cell: ({ made_by_actor, parent_name }) => (
            <span className="two-lines">
              <span className="block truncate">
                <Actor actor={made_by_actor} />
              </span>
              {parent_name !== null && (
                <span className="block truncate text-12 text-text-3" dir="auto">
                  with {parent_name}
                </span>
              )}
            </span>
          ),
        },
        {
          name: 'Role',
          width: 'w-44',
          className: 'max-tablet:hidden',
          cell: (key) => (
            <span className="two-lines">
              <Grant apiKey={key} />
              <AddressLimit allowed={key.allowed_from} />
            </span>
          ),
        },
        {
          name: 'Last used',
          width: 'w-36',
          className: 'max-tablet:hidden',
          cell: (key) => <LastUsed at={key.last_used_at} />,
        },
        { name: 'Expires', width: 'w-36 max-phone:w-32', cell: (key) => <Expiry at={key.expires_at} /> },
        ...(onDelete
          ? [
              actionsColumn<ApiKey>((key) =>
                mayChange(key) ? (
                  <KeyMenu apiKey={key} onDelete={onDelete} onRotate={onRotate} onLimit={onLimit} />
                ) : null,
              ),
            ]
          : []),
      ]}
    />
  );
}

/** A key that a key created ends with it. */
function State({ apiKey, keys }: { apiKey: ApiKey; keys: readonly ApiKey[] }) {
  if (!apiKey.is_active) return <Chip>turned off</Chip>;
  const ended = findEndedParent(apiKey, keys, serverNow());
  return ended && <Chip>ended with {ended.name}</Chip>;
}

/** Turned off, or expired: a new text would not work either. */
const isOver = ({ is_active, expires_at }: ApiKey) =>
  !is_active || (expires_at !== null && Date.parse(expires_at) <= serverNow());

function Grant({ apiKey }: { apiKey: ApiKey }) {
  if (apiKey.permissions === null) return <Chip>{roleLabel(apiKey.role_type)}</Chip>;
  return (
    <span title={apiKey.permissions.map(permissionWords).join(', ')}>
      <Chip>{formatCount(apiKey.permissions.length, 'permission')}</Chip>
    </span>
  );
}

interface KeyMenuProps {
  apiKey: ApiKey;
  onDelete: (key: ApiKey) => void;
  onRotate: (key: ApiKey) => void;
  onLimit: (key: ApiKey) => void;
}

function KeyMenu({ apiKey, onDelete, onRotate, onLimit }: KeyMenuProps) {
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
      onDone: () => showToast({ title: `${name} was turned ${is_active ? 'off' : 'on'}` }),
      onFailed: (text) => showToast({ title: `${name} was not changed`, text }),
    },
  );
  return (
    <Menu
      trigger={<IconButton icon={Ellipsis} label={`Actions for ${name}`} />}
      groups={[
        [
          {
            label: is_active ? 'Turn off' : 'Turn on',
            icon: is_active ? PowerOff : Power,
            disabled: toggle.isPending,
            onSelect: () => toggle.mutate(),
          },
          { label: 'Addresses…', icon: MapPin, onSelect: () => onLimit(apiKey) },
          ...(isOver(apiKey)
            ? []
            : [{ label: 'New text…', icon: RefreshCw, onSelect: () => onRotate(apiKey) }]),
        ],
        [{ label: 'Delete…', icon: Trash2, onSelect: () => onDelete(apiKey) }],
      ]}
    />
  );
}
