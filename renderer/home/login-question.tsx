import { Power } from 'lucide-react';
import { useLoginItem, useSetLoginItem } from '../app/login-item.ts';
import { Button } from '../ui/button.tsx';
import { ErrorLine } from '../ui/form/error-line.tsx';
import { showToast } from '../ui/overlays/toasts.tsx';

/** Asked once, in the desktop's window: whether Temps is there after the next sign-in. Settings have it for good. */
export function LoginQuestion() {
  const item = useLoginItem();
  const answer = useSetLoginItem((isEnabled) =>
    showToast({
      icon: Power,
      title: isEnabled ? 'Temps starts when you sign in' : 'Temps starts when you open it',
      text: 'Settings change that.',
    }),
  );
  if (!item || item.wasAsked) return null;
  return (
    <section className="card card-pad grid gap-2" aria-label="Start with the computer">
      <b>Start Temps when you sign in to this computer?</b>
      <p className="text-text-2">
        It starts without its window. While it does not run, programs find no secrets here.
      </p>
      <ErrorLine said={answer.message} />
      <div className="flex flex-wrap gap-2">
        <Button isSmall isBusy={answer.isPending} onClick={() => answer.mutate(true)}>
          Start at sign-in
        </Button>
        <Button kind="plain" isSmall onClick={() => answer.mutate(false)}>
          No
        </Button>
      </div>
    </section>
  );
}
