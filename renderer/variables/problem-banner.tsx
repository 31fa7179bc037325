import { Link } from '@tanstack/react-router';
import { ConfirmationDeclined, describeError, hasCode } from '../api/problem.ts';
import { useMay } from '../app/session.ts';
import { Banner } from '../ui/banner.tsx';
import { buttonClass } from '../ui/button.tsx';

/** What went wrong with the whole of what was asked, and the way to what helps. */
export function ProblemBanner({ error }: { error: unknown }) {
  const maySeeKey = useMay('vault:read');
  const isLocked = hasCode(error, 'vault_locked');
  const isDeclined = error instanceof ConfirmationDeclined;
  return (
    <div className="mt-4">
      <Banner
        tone={isDeclined ? 'info' : 'danger'}
        {...(isLocked ? { verdict: 'locked' as const } : {})}
        action={
          isLocked &&
          maySeeKey && (
            <Link to="/key" className={buttonClass()}>
              Unlock…
            </Link>
          )
        }
      >
        {isLocked ? 'The vault is locked: secret values wait for the key.' : describeError(error)}
      </Banner>
    </div>
  );
}
