import { Ellipsis, KeyRound, Trash2, Undo2, UserPen } from 'lucide-react';
import { useIsOwner, useSession } from '../app/session.ts';
import { IconButton } from '../ui/button.tsx';
import { Chip } from '../ui/chip.tsx';
import { Verdict } from '../ui/instruments/verdict.tsx';
import { Menu } from '../ui/overlays/menu.tsx';
import { nameApart } from '../ui/rows/names-apart.ts';
import { actionsColumn, RowName, Table, type TableStates } from '../ui/table.tsx';
import { formatCount, formatDay, formatExact } from '../ui/time.ts';
import { displayName, isDeleted, type Person } from './people-queries.ts';
import { useProjectsOfPeople } from './projects-of-people.ts';
import { roleLabel } from './role-choice.tsx';

export type PersonAction = 'edit' | 'password' | 'delete' | 'restore';

interface PeopleTableProps extends TableStates {
  people: readonly Person[];
  onAction: ((what: PersonAction, person: Person) => void) | undefined;
}

export function PeopleTable({ people, onAction, ...states }: PeopleTableProps) {
  const you = useSession().user?.id;
  const projectsOf = useProjectsOfPeople();
  const nameOf = nameApart(people, displayName, ({ user }) => `, ${user.email}`);
  return (
    <Table
      {...states}
      label="People"
      className="table-tall"
      rows={people}
      rowKey={({ user }) => user.id}
      columns={[
        {
          name: 'Name',
          isRowHeader: true,
          cell: (person) => (
            <RowName
              name={displayName(person)}
              beside={
                <>
                  {person.user.id === you && <Chip>you</Chip>}
                  {person.user.must_change_password && (
                    <span className="max-phone:hidden">
                      <Chip>first password</Chip>
                    </span>
                  )}
                </>
              }
              below={<span title={person.user.email}>{person.user.email}</span>}
            />
          ),
        },
        {
          name: 'Roles',
          width: 'max-phone:w-32',
          title: ({ user }) =>
            projectsOf
              .get(user.id)
              ?.map(({ name, role }) => `${name}: ${role}`)
              .join('\n') ?? '',
          cell: ({ roles, user }) => (
            <span className="row">
              {roles.length === 0 && <span className="quiet">read only</span>}
              {roles.map(({ name }) => (
                <Chip key={name} tone={name === 'admin' ? 'solid' : 'neutral'}>
                  {roleLabel(name)}
                </Chip>
              ))}
              {projectsOf.has(user.id) && (
                <span className="quiet max-phone:hidden">
                  {formatCount(projectsOf.get(user.id)?.length ?? 0, 'project')}
                </span>
              )}
            </span>
          ),
        },
        {
          name: 'Second factor',
          width: 'w-36',
          className: 'max-tablet:hidden',
          cell: ({ user }) =>
            user.mfa_enabled ? (
              <span className="row text-ok-text">
                <Verdict name="ok" className="text-ok-solid" />
                On
              </span>
            ) : (
              <span className="quiet">off</span>
            ),
        },
        {
          name: 'Created',
          width: 'w-40',
          className: 'max-tablet:hidden',
          title: ({ user }) => formatExact(user.created_at),
          cell: ({ user }) => formatDay(user.created_at),
        },
        ...(onAction
          ? [
              actionsColumn<Person>((person) => (
                <PersonMenu person={person} name={nameOf(person)} onAction={onAction} />
              )),
            ]
          : []),
      ]}
    />
  );
}

function PersonMenu({
  person,
  name,
  onAction,
}: {
  person: Person;
  name: string;
  onAction: NonNullable<PeopleTableProps['onAction']>;
}) {
  const isOwner = useIsOwner();
  const action = (label: string, icon: typeof Trash2, what: PersonAction) => ({
    label,
    icon,
    onSelect: () => onAction(what, person),
  });
  return (
    <Menu
      trigger={<IconButton icon={Ellipsis} label={`Actions for ${name}`} />}
      groups={
        isDeleted(person)
          ? [[action('Restore…', Undo2, 'restore')]]
          : [
              [
                action('Edit…', UserPen, 'edit'),
                ...(isOwner ? [action('Set a new password…', KeyRound, 'password')] : []),
              ],
              [action('Delete…', Trash2, 'delete')],
            ]
      }
    />
  );
}
