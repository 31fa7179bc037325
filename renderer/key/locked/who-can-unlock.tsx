import { UserRoundKey } from 'lucide-react';

/** For those who may not unlock: who may, and how they do it. */
export function WhoCanUnlock() {
  return (
    <section className="card locked-first" aria-label="Who can unlock">
      <UserRoundKey className="icon icon-20" aria-hidden="true" />
      <div className="min-w-0">
        <h2>An administrator can unlock it</h2>
        <p>
          They sign in here and hand over the key or a copy of it. The owner of this machine can also run{' '}
          <code className="mono">temps-desktop key unlock</code>. This page follows by itself.
        </p>
      </div>
    </section>
  );
}
