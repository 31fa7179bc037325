import { queryOptions, useQuery } from '@tanstack/react-query';
import { Ellipsis, Plus, UserCog, UserMinus, Users } from 'lucide-react';
import { useState } from 'react';
import { ask, client } from '../../api/client.ts';
import { useMayIn, useSession } from '../../app/session.ts';
import { Empty } from '../../ui/blank-state.tsx';
import { Button, IconButton } from '../../ui/button.tsx';
import { Chip } from '../../ui/chip.tsx';
import { Menu } from '../../ui/overlays/menu.tsx';
import { Section } from '../../ui/page.tsx';
import { nameApart } from '../../ui/rows/names-apart.ts';
import { actionsColumn, RowName, Table } from '../../ui/table.tsx';
import type { Project } from '../project-queries.ts';
import { AddMemberDialog, ChangeRoleDialog, RemoveMemberDialog } from './member-dialogs.tsx';
import { type Member, mayChangeMember, projectRoleLabel } from './project-roles.ts';

const membersQuery = (project: string) =>
  queryOptions({
    queryKey: ['projects', project, 'members'],
    queryFn: async () =>
      (await ask(client.GET('/projects/{project}/members', { params: { path: { project } } }))).members,
  });

type Open = { what: 'add' } | { what: 'role' | 'remove'; member: Member } | null;

/** Who has a role in a project, besides their role in the instance. */
export function MembersSection({ project }: { project: Project }) {
  const members = useQuery(membersQuery(project.slug));
  const mayChange = useMayIn(project.slug, 'members:write');
  const session = useSession();
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  const nameOf = nameApart(
    members.data ?? [],
    ({ name, email }) => name || email,
    ({ email }) => `, ${email}`,
  );
  const add = (
    <Button icon={Plus} onClick={() => setOpen({ what: 'add' })}>
      Add member
    </Button>
  );
  return (
    <Section title="Members" actions={mayChange && (members.data?.length ?? 0) > 0 && add}>
      <p className="mb-3 text-text-2">
        What people may do here, besides what their role in the instance allows. Administrators, users and
        readers of the instance have every project by that, and are listed only with a role here.
      </p>
      <Table
        query={members}
        label="Members"
        className="table-tall"
        rows={members.data ?? []}
        rowKey={({ user_id }) => user_id}
        empty={
          <Empty
            icon={Users}
            title="No members yet"
            text="Give people with the role Member access to this project, or others more than they have."
            action={mayChange && add}
          />
        }
        columns={[
          {
            name: 'Name',
            isRowHeader: true,
            cell: ({ user_id, name, email }) => (
              <RowName
                name={name || email}
                beside={user_id === session.user?.id && <Chip>you</Chip>}
                below={<span title={email}>{email}</span>}
              />
            ),
          },
          {
            name: 'Role',
            width: 'w-32',
            cell: ({ role }) => (
              <Chip tone={role === 'manager' ? 'solid' : 'neutral'}>{projectRoleLabel(role)}</Chip>
            ),
          },
          ...(mayChange
            ? [
                actionsColumn<Member>(
                  (member) =>
                    mayChangeMember(session, project.slug, member) && (
                      <MemberMenu
                        member={member}
                        name={nameOf(member)}
                        onAction={(what) => setOpen({ what, member })}
                      />
                    ),
                  'w-16',
                ),
              ]
            : []),
        ]}
      />
      {open?.what === 'add' && <AddMemberDialog project={project} onClose={close} />}
      {open?.what === 'role' && <ChangeRoleDialog project={project} member={open.member} onClose={close} />}
      {open?.what === 'remove' && (
        <RemoveMemberDialog project={project} member={open.member} onClose={close} />
      )}
    </Section>
  );
}

interface MemberMenuProps {
  member: Member;
  name: string;
  onAction: (what: 'role' | 'remove') => void;
}

function MemberMenu({ member, name, onAction }: MemberMenuProps) {
  const change = { label: 'Change role…', icon: UserCog, onSelect: () => onAction('role') };
  const remove = { label: 'Remove…', icon: UserMinus, onSelect: () => onAction('remove') };
  return (
    <Menu
      trigger={<IconButton icon={Ellipsis} label={`Actions for ${name}`} />}
      // Of an administrator a role can only be taken: it adds nothing.
      groups={member.instance_role === 'admin' ? [[remove]] : [[change], [remove]]}
    />
  );
}
