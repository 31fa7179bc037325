import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { useMay } from '../app/session.ts';
import { Button } from '../ui/button.tsx';
import { Filter } from '../ui/chip.tsx';
import { SearchField } from '../ui/form/search-field.tsx';
import { DeletePersonDialog } from './delete-person-dialog.tsx';
import { EditPersonDialog } from './edit-person-dialog.tsx';
import { NewPersonDialog } from './new-person-dialog.tsx';
import { OwnAccess } from './own-access.tsx';
import { PeopleFrame } from './people-frame.tsx';
import { isDeleted, type Person, peopleQuery } from './people-query.ts';
import { PeopleTable, type PersonDeed } from './people-table.tsx';
import { ResetPasswordDialog } from './reset-password-dialog.tsx';
import { RestorePersonDialog } from './restore-person-dialog.tsx';

type Open = { what: 'new' } | { what: PersonDeed; person: Person } | null;

/** Who may come in. Whoever may not see that sees their own place in it. */
export function PeoplePage() {
  return useMay('users:read') ? (
    <Everyone />
  ) : (
    <PeopleFrame>
      <OwnAccess />
    </PeopleFrame>
  );
}

function Everyone() {
  const people = useQuery(peopleQuery);
  const mayWrite = useMay('users:write');
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  return (
    <PeopleFrame
      actions={
        mayWrite && (
          <Button kind="main" icon={Plus} onClick={() => setOpen({ what: 'new' })}>
            Add person
          </Button>
        )
      }
    >
      <PeopleList
        query={people}
        onDeed={mayWrite ? (what, person) => setOpen({ what, person }) : undefined}
      />
      {open?.what === 'new' && <NewPersonDialog onClose={close} />}
      {open?.what === 'edit' && <EditPersonDialog person={open.person} onClose={close} />}
      {open?.what === 'password' && <ResetPasswordDialog person={open.person} onClose={close} />}
      {open?.what === 'delete' && <DeletePersonDialog person={open.person} onClose={close} />}
      {open?.what === 'restore' && <RestorePersonDialog person={open.person} onClose={close} />}
    </PeopleFrame>
  );
}

interface PeopleListProps {
  query: UseQueryResult<readonly Person[]>;
  onDeed: ((what: PersonDeed, person: Person) => void) | undefined;
}

function PeopleList({ query, onDeed }: PeopleListProps) {
  const people = query.data ?? [];
  const [search, setSearch] = useState('');
  const [showsDeleted, setShowsDeleted] = useState(false);
  const deleted = people.filter(isDeleted);
  const shown = showsDeleted && deleted.length > 0 ? deleted : people.filter((person) => !isDeleted(person));
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const found = shown.filter(({ user }) => {
    const text = `${user.name} ${user.email}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  return (
    <>
      {query.data && (
        <div className="toolbar flex-wrap">
          <SearchField label="Search people" value={search} onChange={setSearch} />
          {deleted.length > 0 && (
            <>
              <Filter
                isOn={!showsDeleted}
                count={people.length - deleted.length}
                onClick={() => setShowsDeleted(false)}
              >
                With access
              </Filter>
              <Filter isOn={showsDeleted} count={deleted.length} onClick={() => setShowsDeleted(true)}>
                Deleted
              </Filter>
            </>
          )}
        </div>
      )}
      <PeopleTable
        query={query}
        people={found}
        onDeed={onDeed}
        empty={<p className="card-pad text-text-2">Nobody by that name or e-mail address.</p>}
      />
    </>
  );
}
