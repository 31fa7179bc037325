import { ConfirmationDeclined } from './problem.ts';

type Asker = () => Promise<void>;
let asker: Asker | null = null;
let open: Promise<void> | null = null;

/** The shell says how to ask. */
export function setConfirmationAsker(ask: Asker | null): void {
  asker = ask;
}

/** Resolves once the person proved who they are; calls that wait at once share one question. */
export function askConfirmation(): Promise<void> {
  if (!asker) return Promise.reject(new ConfirmationDeclined());
  open ??= asker().finally(() => {
    open = null;
  });
  return open;
}
