import { useQuery } from '@tanstack/react-query';
import { LockKeyhole } from 'lucide-react';
import { useApiMutation } from '../api/mutation.ts';
import { useMay } from '../app/session.ts';
import { Button } from '../ui/button.tsx';
import { FormError } from '../ui/form/form-error.tsx';
import { encryptPlainSecrets, plainSecretsQuery, sayPlainSecrets } from './plain-secrets.ts';

/** Plain variables that look like secrets, and one button that encrypts them; nothing if there are none. */
export function PlainSecretsCard({ isLocked }: { isLocked: boolean }) {
  const mayChange = useMay('environments:write');
  const { data } = useQuery({ ...plainSecretsQuery, enabled: useMay('environments:read') });
  const encrypt = useApiMutation(encryptPlainSecrets, {
    changes: ['plain-secrets', 'projects', 'shared-variables', 'vault'],
  });
  if (!data || data.variables.length === 0) return null;
  const ids = data.variables.map(({ id }) => id);
  return (
    <section className="card plain-secrets" aria-label="Plain variables that look like secrets">
      <div className="plain-secrets-head">
        <div className="min-w-0">
          <b>{sayPlainSecrets(data)}</b>
          <p className="text-text-2">
            Their values are stored as they are. Once encrypted, they cannot become plain again, and earlier
            plain values are forgotten.
          </p>
        </div>
        {mayChange && (
          <Button
            icon={LockKeyhole}
            isBusy={encrypt.isPending}
            disabled={isLocked}
            onClick={() => encrypt.mutate(ids)}
          >
            {ids.length === 1 ? 'Encrypt it' : `Encrypt all ${ids.length.toLocaleString()}`}
          </Button>
        )}
      </div>
      <FormError mutation={encrypt} />
      <ul className="plain-secrets-list">
        {data.variables.map(({ id, key, project, environments, because }) => (
          <li key={id}>
            <span className="font-mono">{key}</span>
            <span className="text-text-2">
              {project === null ? 'Shared' : [project.name, environments.join(', ')].join(', ')}: {because}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
