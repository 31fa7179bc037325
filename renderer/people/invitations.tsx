import { useQuery } from '@tanstack/react-query';
import { MailX } from 'lucide-react';
import { useState } from 'react';
import { Actor } from '../ui/actor.tsx';
import { IconButton } from '../ui/button.tsx';
import { Chip } from '../ui/chip.tsx';
import { Section } from '../ui/page.tsx';
import { actionsColumn, RowName, Table } from '../ui/table.tsx';
import { formatDay, formatExact } from '../ui/time.ts';
import { RevokeInvitationDialog } from './invitation-dialogs.tsx';
import { type Invitation, invitationsQuery } from './people-queries.ts';
import { roleLabel } from './role-choice.tsx';

/** Invitations that wait; nothing while there is none. */
export function Invitations({ mayRevoke }: { mayRevoke: boolean }) {
  const invitations = useQuery(invitationsQuery);
  const [revoking, setRevoking] = useState<Invitation | null>(null);
  if (!invitations.isError && (invitations.data ?? []).length === 0) return null;
  return (
    <div className="mb-6">
      <Section title="Invited">
        <Table
          query={invitations}
          empty={null}
          label="Invitations"
          className="table-tall"
          rows={invitations.data ?? []}
          rowKey={({ id }) => id}
          columns={[
            {
              name: 'Name',
              isRowHeader: true,
              cell: ({ name, email, is_void }) => (
                <RowName
                  name={name || email}
                  beside={is_void && <Chip tone="attention">no longer valid</Chip>}
                  below={
                    <span title={email}>
                      {is_void ? 'Whoever invited them may no longer add people' : name && email}
                    </span>
                  }
                />
              ),
            },
            {
              name: 'Role',
              width: 'w-36 max-phone:w-32',
              cell: ({ role }) => (
                <Chip tone={role === 'admin' ? 'solid' : 'neutral'}>{roleLabel(role)}</Chip>
              ),
            },
            {
              name: 'Invited by',
              width: 'w-48',
              className: 'max-tablet:hidden',
              cell: ({ invited_by_actor }) => (
                <span className="block truncate">
                  <Actor actor={invited_by_actor} />
                </span>
              ),
            },
            {
              name: 'Link works until',
              width: 'w-36',
              className: 'max-tablet:hidden',
              title: ({ expires_at }) => formatExact(expires_at),
              cell: ({ expires_at }) => formatDay(expires_at),
            },
            ...(mayRevoke
              ? [
                  actionsColumn<Invitation>((invitation) => (
                    <IconButton
                      icon={MailX}
                      label={`Revoke the invitation of ${invitation.email}`}
                      onClick={() => setRevoking(invitation)}
                    />
                  )),
                ]
              : []),
          ]}
        />
        {revoking && <RevokeInvitationDialog invitation={revoking} onClose={() => setRevoking(null)} />}
      </Section>
    </div>
  );
}
