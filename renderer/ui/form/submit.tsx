import { useState } from 'react';
import { ApiProblem, ConfirmationDeclined, describeError } from '../../api/problem.ts';
import { Banner } from '../banner.tsx';

export interface Submit {
  error: unknown;
  isBusy: boolean;
  /** What is wrong with a field, as the instance said it. */
  fieldError(name: string): string | undefined;
  /** Does it, once at a time; true when it was done. */
  run(): Promise<boolean>;
  clear(): void;
}

/** One thing to send: whether it is under way, what went wrong and with which field. What was typed stays. */
export function useSubmit(send: () => Promise<unknown>): Submit {
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  return {
    error,
    isBusy,
    fieldError: (name) => {
      const said = error instanceof ApiProblem ? error.fields[name] : undefined;
      return said && said.charAt(0).toUpperCase() + said.slice(1);
    },
    async run() {
      if (isBusy) return false;
      setBusy(true);
      setError(null);
      try {
        await send();
        return true;
      } catch (thrown) {
        setError(thrown);
        return false;
      } finally {
        setBusy(false);
      }
    },
    clear: () => setError(null),
  };
}

/** What went wrong with all of it; silent when the fields named here say it themselves. */
export function SubmitError({ submit, fields = [] }: { submit: Submit; fields?: readonly string[] }) {
  const { error } = submit;
  if (error === null || fields.some((name) => submit.fieldError(name))) return null;
  return (
    <Banner tone={error instanceof ConfirmationDeclined ? 'info' : 'danger'}>{describeError(error)}</Banner>
  );
}
