import { useContext } from 'react';
import type { ApiMutation } from '../../api/mutation.ts';
import { Banner } from '../banner.tsx';
import { Button } from '../button.tsx';
import { FormAttempt } from './form.tsx';

interface FormErrorProps {
  mutation: Pick<ApiMutation, 'message' | 'fieldError'> & Partial<Pick<ApiMutation, 'again'>>;
  /** Fields that show their own errors. */
  fields?: readonly string[];
}

/** The error of a whole form. Nothing if one of its fields shows it. */
export function FormError({ mutation, fields = [] }: FormErrorProps) {
  if (mutation.message === undefined || fields.some((name) => mutation.fieldError(name))) return null;
  return (
    <Banner tone="danger" action={<TryAgain mutation={mutation} />}>
      {mutation.message}
    </Banner>
  );
}

/**
 * The button once the instance responds again: it sends what is typed in the form by now, where that is what the form is
 * sent by. SECURITY: another button of a form may be the opposite, as "Deny" of "Allow".
 */
export function TryAgain({
  mutation,
}: {
  mutation: Pick<ApiMutation, 'message'> & Partial<Pick<ApiMutation, 'again'>>;
}) {
  const { again } = mutation;
  const isOfForm = useContext(FormAttempt) === mutation;
  if (!again) return null;
  return (
    <Button
      isSmall
      onClick={({ currentTarget: { form } }) => (isOfForm && form ? form.requestSubmit() : again())}
    >
      Try again
    </Button>
  );
}

/** An error where a banner would be too much. Nothing without an error. */
export function ErrorLine({ said }: { said: string | undefined }) {
  if (said === undefined) return null;
  return (
    <p className="text-danger-text [overflow-wrap:anywhere]" role="alert">
      {said}
    </p>
  );
}
