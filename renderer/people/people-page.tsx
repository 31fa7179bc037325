import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Check, Mail, Minus, Plus } from 'lucide-react';
import { useState } from 'react';
import { useMay, useSession } from '../app/session.ts';
import { choiceOf, useAddress } from '../ui/address.ts';
import { Button, buttonClass } from '../ui/button.tsx';
import { Chip, Filter } from '../ui/chip.tsx';
import { SearchField } from '../ui/form/search-field.tsx';
import { Section } from '../ui/page.tsx';
import { hasWords } from '../ui/text.ts';
import { InvitationLink, InvitePersonDialog, type MadeInvitation } from './invitation-dialogs.tsx';
import { Invitations } from './invitations.tsx';
import { PeopleFrame } from './people-frame.tsx';
import { isDeleted, type Person, peopleQuery } from './people-queries.ts';
import { PeopleTable, type PersonAction } from './people-table.tsx';
import { permissionWords } from './permission-words.ts';
import {
  DeletePersonDialog,
  EditPersonDialog,
  NewPersonDialog,
  ResetPasswordDialog,
  RestorePersonDialog,
} from './person-dialogs.tsx';
import { roleLabel } from './role-choice.tsx';

type Open = { what: 'new' | 'invite' } | { what: PersonAction; person: Person } | null;

/** People with access. Callers who may not see that see their own access. */
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
  const [made, setMade] = useState<MadeInvitation | null>(null);
  const close = () => setOpen(null);
  return (
    <PeopleFrame
      actions={
        mayWrite && (
          <>
            <Button icon={Plus} onClick={() => setOpen({ what: 'new' })}>
              Add person
            </Button>
            <Button kind="main" icon={Mail} onClick={() => setOpen({ what: 'invite' })}>
              Invite person
            </Button>
          </>
        )
      }
    >
      <Invitations mayRevoke={mayWrite} />
      <PeopleList
        query={people}
        onAction={mayWrite ? (what, person) => setOpen({ what, person }) : undefined}
      />
      {open?.what === 'new' && <NewPersonDialog onClose={close} />}
      {open?.what === 'invite' && <InvitePersonDialog onClose={close} onMade={setMade} />}
      {made && <InvitationLink made={made} onStored={() => setMade(null)} />}
      {open?.what === 'edit' && <EditPersonDialog person={open.person} onClose={close} />}
      {open?.what === 'password' && <ResetPasswordDialog person={open.person} onClose={close} />}
      {open?.what === 'delete' && <DeletePersonDialog person={open.person} onClose={close} />}
      {open?.what === 'restore' && <RestorePersonDialog person={open.person} onClose={close} />}
    </PeopleFrame>
  );
}

interface PeopleListProps {
  query: UseQueryResult<readonly Person[]>;
  onAction: ((what: PersonAction, person: Person) => void) | undefined;
}

const views = ['with access', 'deleted'] as const;
const kept = ['search', 'show'] as const;

function PeopleList({ query, onAction }: PeopleListProps) {
  const people = query.data ?? [];
  const [{ search, show }, change] = useAddress(kept);
  const showsDeleted = choiceOf(views, show) === 'deleted';
  const deleted = people.filter(isDeleted);
  const shown = showsDeleted && deleted.length > 0 ? deleted : people.filter((person) => !isDeleted(person));
  const found = shown.filter(({ user }) => hasWords(`${user.name} ${user.email}`, search));
  return (
    <>
      {query.data && (
        <div className="toolbar flex-wrap">
          <SearchField label="Search people" value={search} onChange={(next) => change({ search: next })} />
          {deleted.length > 0 && (
            <>
              <Filter
                isOn={!showsDeleted}
                count={people.length - deleted.length}
                onClick={() => change({ show: '' })}
              >
                With access
              </Filter>
              <Filter isOn={showsDeleted} count={deleted.length} onClick={() => change({ show: 'deleted' })}>
                Deleted
              </Filter>
            </>
          )}
        </div>
      )}
      <PeopleTable
        query={query}
        people={found}
        onAction={onAction}
        empty={<p className="card-pad text-text-2">No one matches this search.</p>}
      />
    </>
  );
}

/** Permissions worth naming when the caller lacks them. */
const askedFor = ['environments:reveal', 'environments:write', 'users:read', 'audit:read', 'vault:write'];

/** The caller's account and permissions, for callers who may not see other people. */
function OwnAccess() {
  const { user, permissions } = useSession();
  const missing = askedFor.filter((permission) => !permissions.includes(permission as never));
  return (
    <div className="grid grid-cols-1 gap-6 wide:grid-cols-2">
      <Section title="You">
        <div className="card card-pad flex flex-wrap items-center gap-3">
          <span className="two-lines min-w-0 flex-1 basis-48">
            <span className="block truncate font-medium" dir="auto">
              {user?.name || user?.email}
            </span>
            <span className="block truncate text-text-2">{user?.email}</span>
          </span>
          {user && <Chip>{roleLabel(user.role)}</Chip>}
          <Link to="/account" className={buttonClass()}>
            Your account
          </Link>
        </div>
      </Section>
      <Section title="What you may do">
        <ul className="card rows">
          {permissions.map((permission) => (
            <li key={permission} className="min-h-9">
              <Check className="icon text-ok-solid" aria-hidden="true" />
              {permissionWords(permission)}
            </li>
          ))}
          {missing.map((permission) => (
            <li key={permission} className="min-h-9 text-text-3">
              <Minus className="icon" aria-hidden="true" />
              <span>
                <span className="sr">Not allowed: </span>
                {permissionWords(permission)}
              </span>
            </li>
          ))}
        </ul>
        <p className="mt-2 text-12 text-text-3">An administrator can give you another role.</p>
      </Section>
    </div>
  );
}
