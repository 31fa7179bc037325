import { useQuery } from '@tanstack/react-query';
import { Ellipsis, KeySquare, MapPin, Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { askConfirmed, client } from '../api/client.ts';
import { useApiMutation } from '../api/mutation.ts';
import { useMay, useMayIn, useSession } from '../app/session.ts';
import { AddressDialog } from '../people/address-dialog.tsx';
import { Empty } from '../ui/blank-state.tsx';
import { Button, IconButton } from '../ui/button.tsx';
import { Chip } from '../ui/chip.tsx';
import { AddressLimit } from '../ui/form/address-list.tsx';
import { Expiry } from '../ui/form/expiry.tsx';
import { LastUsed } from '../ui/last-used.tsx';
import { ConfirmDialog } from '../ui/overlays/confirm-dialog.tsx';
import { Menu } from '../ui/overlays/menu.tsx';
import { ShownOnce } from '../ui/overlays/shown-once.tsx';
import { showToast } from '../ui/overlays/toasts.tsx';
import { actionsColumn, RowName, Table, type TableStates } from '../ui/table.tsx';
import { formatAgo } from '../ui/time.ts';
import { CannotEncrypt, useCanEncrypt } from '../vault-state/can-encrypt.tsx';
import { type MadeToken, NewTokenDialog } from './manage/new-token-dialog.tsx';
import { describeGrant, tokenPermissions } from './manage/token-permissions.ts';
import { ProjectFrame } from './project-frame.tsx';
import { type Token, tokensQuery, useProjectParam } from './project-queries.ts';

/** Credentials of a project's deployments, pipelines and scripts. */
export function TokensPage() {
  const project = useProjectParam();
  const [isMaking, setMaking] = useState(false);
  const [made, setMade] = useState<MadeToken | null>(null);
  const [leaving, setLeaving] = useState<Token | null>(null);
  const [limiting, setLimiting] = useState<Token | null>(null);
  const canEncrypt = useCanEncrypt();
  const mayWrite = useMayIn(project, 'tokens:write');
  // As for API keys: an administrator may change and delete any, and so may a manager of the project; others their own.
  const isManager = useMayIn(project, 'members:write');
  const mayChangeAll = useMay('users:write') || isManager;
  const you = useSession().user?.id ?? null;
  const tokens = useTokens(project);
  // Not while it loads: a button that moves is missed by who clicks it then.
  const hasTokens = (tokens.data?.tokens.length ?? 0) > 0;
  const add = (
    <Button kind="main" icon={Plus} disabled={!canEncrypt} onClick={() => setMaking(true)}>
      New token
    </Button>
  );
  return (
    <ProjectFrame project={project} actions={mayWrite && hasTokens && add}>
      {mayWrite && !canEncrypt && (
        <div className="mb-4">
          <CannotEncrypt what="New tokens cannot be encrypted, and existing ones cannot be checked, so they do not work now." />
        </div>
      )}
      <TokenList
        tokens={tokens}
        empty={mayWrite ? add : undefined}
        mayChange={({ created_by }) => mayChangeAll || created_by === you}
        onDelete={mayWrite ? setLeaving : undefined}
        onLimit={setLimiting}
      />
      {isMaking && <NewTokenDialog project={project} onClose={() => setMaking(false)} onMade={setMade} />}
      {made && (
        <ShownOnce
          name={`Token ${made.name}`}
          values={made.values}
          examples={made.examples}
          onStored={() => setMade(null)}
        >
          It can only read {made.projectName}. If it is lost, delete it and create a new one.
        </ShownOnce>
      )}
      {limiting && <AddressDialog limited={limiting} project={project} onClose={() => setLimiting(null)} />}
      {leaving && <DeleteTokenDialog project={project} token={leaving} onClose={() => setLeaving(null)} />}
    </ProjectFrame>
  );
}

const useTokens = (project: string) => useQuery(tokensQuery(project));

interface TokenListProps {
  tokens: ReturnType<typeof useTokens>;
  empty: React.ReactNode;
  mayChange: (token: Token) => boolean;
  onDelete: ((token: Token) => void) | undefined;
  onLimit: (token: Token) => void;
}

function TokenList({ tokens, empty, mayChange, onDelete, onLimit }: TokenListProps) {
  return (
    <TokenTable
      query={tokens}
      tokens={tokens.data?.tokens ?? []}
      mayChange={mayChange}
      onDelete={onDelete}
      onLimit={onLimit}
      empty={
        <Empty
          icon={KeySquare}
          title="No tokens yet"
          text="A deployment token lets a pipeline or a container read this project’s variables, and nothing else of this instance."
          action={empty}
        />
      }
    />
  );
}

interface DeleteTokenDialogProps {
  project: string;
  token: Token;
  onClose: () => void;
}

function DeleteTokenDialog({ project, token, onClose }: DeleteTokenDialogProps) {
  const remove = useApiMutation(
    () =>
      askConfirmed(() =>
        client.DELETE('/projects/{project}/deployment-tokens/{id}', {
          params: { path: { project, id: token.id } },
        }),
      ),
    {
      changes: ['projects'],
      onDone: () => {
        onClose();
        showToast({ title: `Token ${token.name} was deleted` });
      },
    },
  );
  return (
    <ConfirmDialog
      title="Delete this token?"
      action="Delete token"
      keep="Keep it"
      mutation={remove}
      onClose={onClose}
    >
      <p className="[overflow-wrap:anywhere]">
        <b dir="auto">{token.name}</b> stops working immediately everywhere.{' '}
        {token.last_used_at === null
          ? 'It was never used.'
          : `It was last used ${formatAgo(Date.parse(token.last_used_at))}.`}
      </p>
      <p>This cannot be undone. A new token will be different.</p>
    </ConfirmDialog>
  );
}

interface TokenTableProps extends TableStates {
  tokens: readonly Token[];
  mayChange: (token: Token) => boolean;
  onDelete?: ((token: Token) => void) | undefined;
  onLimit: (token: Token) => void;
}

function TokenTable({ tokens, mayChange, onDelete, onLimit, ...states }: TokenTableProps) {
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
          cell: ({ name, is_active, token_prefix }) => (
            <RowName
              name={name}
              beside={!is_active && <Chip>turned off</Chip>}
              below={<span className="font-mono">{token_prefix}…</span>}
            />
          ),
        },
        {
          name: 'Permissions',
          className: 'max-tablet:hidden',
          title: labels,
          cell: ({ permissions, allowed_from }) => (
            <span className="two-lines">
              <Chip>{describeGrant(permissions)}</Chip>
              <AddressLimit allowed={allowed_from} />
            </span>
          ),
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
                (token) =>
                  mayChange(token) && (
                    <Menu
                      trigger={<IconButton icon={Ellipsis} label={`Actions for ${token.name}`} />}
                      groups={[
                        [{ label: 'Addresses…', icon: MapPin, onSelect: () => onLimit(token) }],
                        [{ label: 'Delete…', icon: Trash2, onSelect: () => onDelete(token) }],
                      ]}
                    />
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
