import { ConfirmationDeclined } from './problem.ts';

type Asker = () => Promise<void>;
let asker: Asker | null = null;
let open: Promise<void> | null = null;

/** Set by the shell, which shows the dialog. */
export function setConfirmationAsker(ask: Asker | null): void {
  asker = ask;
}

/** Resolves once the person has confirmed their identity; concurrent callers share one dialog. */
export function askConfirmation(): Promise<void> {
  if (!asker) return Promise.reject(new ConfirmationDeclined());
  open ??= asker().finally(() => {
    open = null;
  });
  return open;
}
