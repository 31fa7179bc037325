import { useQuery } from '@tanstack/react-query';
import { ChevronRight, LockKeyhole } from 'lucide-react';
import { useId, useState } from 'react';
import { useApiMutation } from '../api/mutation.ts';
import { useMay } from '../app/session.ts';
import { sayPlace } from '../projects/variable-place.ts';
import { Actor } from '../ui/actor.tsx';
import { Button } from '../ui/button.tsx';
import { FormError } from '../ui/form/form-error.tsx';
import { nameApart } from '../ui/rows/names-apart.ts';
import { formatAgo, formatCount, formatExact } from '../ui/time.ts';
import {
  askAgain,
  encryptPlainSecrets,
  type LeftPlain,
  leavePlain,
  leftPlainQuery,
  type PlainSecrets,
  plainSecretsQuery,
  sayPlainSecrets,
} from './plain-secrets.ts';

/** Plain variables that look like secrets, and those left plain on purpose; nothing if there are none of either. */
export function PlainSecretsCard({ isLocked }: { isLocked: boolean }) {
  const mayRead = useMay('environments:read');
  const plain = useQuery({ ...plainSecretsQuery, enabled: mayRead }).data;
  const left = useQuery({ ...leftPlainQuery, enabled: mayRead }).data;
  const isAsking = plain !== undefined && plain.variables.length > 0;
  const hasLeft = left !== undefined && left.variables.length > 0;
  if (!isAsking && !hasLeft) return null;
  return (
    <section className="card plain-secrets" aria-label="Plain variables that look like secrets">
      {isAsking && <Asked plain={plain} isLocked={isLocked} />}
      {hasLeft && <Left variables={left.variables} hasMore={left.has_more} />}
    </section>
  );
}

const keyOf = ({ key }: { key: string }) => key;
const saysWhere = (variable: Parameters<typeof sayPlace>[0]) => `, ${sayPlace(variable)}`;

/** One button encrypts them all; each may be left as it is. */
function Asked({ plain, isLocked }: { plain: PlainSecrets; isLocked: boolean }) {
  const mayChange = useMay('environments:write');
  const encrypt = useApiMutation(encryptPlainSecrets, {
    changes: ['plain-secrets', 'projects', 'shared-variables', 'vault'],
  });
  const leave = useApiMutation(leavePlain, { changes: ['plain-secrets'] });
  const ids = plain.variables.map(({ id }) => id);
  const nameOf = nameApart<PlainSecrets['variables'][number]>(plain.variables, keyOf, saysWhere);
  return (
    <>
      <div className="plain-secrets-head">
        <div className="min-w-0 flex-1 basis-80">
          <b>{sayPlainSecrets(plain)}</b>
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
      <FormError mutation={leave} />
      <ul className="plain-secrets-list">
        {plain.variables.map((variable) => (
          <li key={variable.id}>
            <span className="plain-secrets-said">
              <span className="font-mono">{variable.key}</span>
              <span className="text-text-2">
                {sayPlace(variable)}: {variable.because}
              </span>
            </span>
            {mayChange && (
              <Button
                isSmall
                aria-label={`Leave it plain: ${nameOf(variable)}`}
                disabled={leave.isPending}
                onClick={() => leave.mutate(variable)}
              >
                Leave it plain
              </Button>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}

/** Closed until someone wants to see them. */
function Left({ variables, hasMore }: { variables: readonly LeftPlain[]; hasMore: boolean }) {
  const mayChange = useMay('environments:write');
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  const again = useApiMutation(askAgain, { changes: ['plain-secrets'] });
  const count = variables.length;
  const nameOf = nameApart(variables, keyOf, saysWhere);
  return (
    <div className="grid gap-2">
      <button
        type="button"
        className="plain-secrets-toggle"
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => setOpen(!isOpen)}
      >
        <ChevronRight className={`icon icon-14 ${isOpen ? 'rotate-90' : ''}`} aria-hidden="true" />
        {hasMore ? `More than ${formatCount(count, 'variable')}` : formatCount(count, 'variable')} left plain
        on purpose
      </button>
      <div id={id} hidden={!isOpen} className="grid gap-2">
        <p className="text-text-3">
          Each is asked about again when its value or name changes, if it still looks like a secret then.
        </p>
        <FormError mutation={again} />
        <ul className="plain-secrets-list">
          {variables.map((variable) => (
            <li key={variable.id}>
              <span className="plain-secrets-said">
                <span className="font-mono">{variable.key}</span>
                <span className="text-text-2" title={formatExact(variable.left_at)}>
                  {sayPlace(variable)}: by <Actor actor={variable.left_by_actor} />,{' '}
                  {formatAgo(variable.left_at)}
                </span>
              </span>
              {mayChange && (
                <Button
                  isSmall
                  aria-label={`Ask again about ${nameOf(variable)}`}
                  disabled={again.isPending}
                  onClick={() => again.mutate(variable)}
                >
                  Ask again
                </Button>
              )}
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}
