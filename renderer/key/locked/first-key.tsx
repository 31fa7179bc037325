import { askConfirmed, client } from '../../api/client.ts';
import { useIsOwner } from '../../app/session.ts';
import type { VaultStatus } from '../../vault-state/vault.ts';
import { FirstKeyChoice } from '../first-key-choice.tsx';

/** Set up without a key, because no custody took one: it is made here, by the owner of the machine. */
export function FirstKey({ vault }: { vault: VaultStatus }) {
  const isOwner = useIsOwner();
  const { name: custody, label } = vault.custody;
  return (
    <section className="card card-pad grid grid-cols-1 gap-3" aria-label="The first key">
      <div>
        <h2>There is no key yet</h2>
        <p className="text-text-2">
          {isOwner
            ? 'Nothing was ever sealed here. Say which key it is and where it is kept.'
            : 'Nothing was ever sealed here. Only the owner of this machine can make the key.'}
        </p>
      </div>
      {isOwner && (
        <FirstKeyChoice
          asked={{ custody, label }}
          found={vault.found_key}
          onChoose={(chosen) => askConfirmed(() => client.POST('/vault/key', { body: chosen }))}
        />
      )}
    </section>
  );
}
