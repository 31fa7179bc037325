import { Ellipsis, KeyRound, Trash2, Undo2, UserPen } from 'lucide-react';
import { useIsOwner, useSession } from '../app/session.ts';
import { IconButton } from '../ui/button.tsx';
import { Chip } from '../ui/chip.tsx';
import { Verdict } from '../ui/instruments/verdict.tsx';
import { Menu } from '../ui/overlays/menu.tsx';
import { formatDay, formatExact } from '../ui/time.ts';
import { displayName, isDeleted, type Person } from './people-query.ts';
import { roleLabel } from './roles.ts';

export type PersonDeed = 'edit' | 'password' | 'delete' | 'restore';

interface PeopleTableProps {
  people: readonly Person[];
  onDeed: ((what: PersonDeed, person: Person) => void) | undefined;
}

export function PeopleTable({ people, onDeed }: PeopleTableProps) {
  return (
    <div className="table-wrap">
      <table className="table table-tall">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col" className="max-phone:w-32">
              Roles
            </th>
            <th scope="col" className="w-36 max-tablet:hidden">
              Second factor
            </th>
            <th scope="col" className="w-40 max-tablet:hidden">
              Created
            </th>
            {onDeed && (
              <th scope="col" className="w-14">
                <span className="sr">Actions</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {people.map((person) => (
            <PersonRow key={person.user.id} person={person} onDeed={onDeed} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function PersonRow({ person, onDeed }: { person: Person; onDeed: PeopleTableProps['onDeed'] }) {
  const { user, roles } = person;
  const isYou = useSession().user?.id === user.id;
  return (
    <tr>
      <td>
        <span className="two-lines">
          <span className="flex min-w-0 items-center gap-2">
            <span className="first truncate" dir="auto" title={displayName(person)}>
              {displayName(person)}
            </span>
            {isYou && <Chip>you</Chip>}
          </span>
          <small title={user.email}>{user.email}</small>
        </span>
      </td>
      <td>
        <span className="row">
          {roles.length === 0 && <span className="quiet">reads only</span>}
          {roles.map(({ name }) => (
            <Chip key={name} tone={name === 'admin' ? 'solid' : 'neutral'}>
              {roleLabel(name)}
            </Chip>
          ))}
        </span>
      </td>
      <td className="max-tablet:hidden">
        {user.mfa_enabled ? (
          <span className="row text-ok-text">
            <Verdict name="ok" className="text-ok-solid" />
            On
          </span>
        ) : (
          <span className="quiet">off</span>
        )}
      </td>
      <td className="max-tablet:hidden" title={formatExact(user.created_at)}>
        {formatDay(user.created_at)}
      </td>
      {onDeed && (
        <td>
          <span className="flex justify-end">
            <PersonMenu person={person} onDeed={onDeed} />
          </span>
        </td>
      )}
    </tr>
  );
}

function PersonMenu({ person, onDeed }: { person: Person; onDeed: NonNullable<PeopleTableProps['onDeed']> }) {
  const isOwner = useIsOwner();
  const deed = (label: string, icon: typeof Trash2, what: PersonDeed) => ({
    label,
    icon,
    onSelect: () => onDeed(what, person),
  });
  return (
    <Menu
      trigger={<IconButton icon={Ellipsis} label={`Actions for ${displayName(person)}`} />}
      groups={
        isDeleted(person)
          ? [[deed('Restore…', Undo2, 'restore')]]
          : [
              [
                deed('Edit…', UserPen, 'edit'),
                ...(isOwner ? [deed('Set a new password…', KeyRound, 'password')] : []),
              ],
              [deed('Delete…', Trash2, 'delete')],
            ]
      }
    />
  );
}
