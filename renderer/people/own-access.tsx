import { Link } from '@tanstack/react-router';
import { Check, Minus } from 'lucide-react';
import { useSession } from '../app/session.ts';
import { buttonClass } from '../ui/button.tsx';
import { Chip } from '../ui/chip.tsx';
import { Section } from '../ui/page.tsx';
import { permissionWords } from './permission-words.ts';
import { roleLabel } from './roles.ts';

/** Reasons of what is asked for most and not given. */
const askedFor = ['environments:reveal', 'environments:write', 'users:read', 'audit:read', 'vault:write'];

/** Who one is here and what one may do, for those who do not see the others. */
export function OwnAccess() {
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
                <span className="sr">Not: </span>
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
