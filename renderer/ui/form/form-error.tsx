import type { ApiMutation } from '../../api/mutation.ts';
import { Banner } from '../banner.tsx';
import { Button } from '../button.tsx';

interface FormErrorProps {
  mutation: Pick<ApiMutation, 'message' | 'fieldError'> & Partial<Pick<ApiMutation, 'again'>>;
  /** Fields that show their own errors. */
  fields?: readonly string[];
}

/** The error of a whole form. Nothing if one of its fields shows it. */
export function FormError({ mutation, fields = [] }: FormErrorProps) {
  if (mutation.message === undefined || fields.some((name) => mutation.fieldError(name))) return null;
  return (
    <Banner tone="danger" action={<TryAgain again={mutation.again} />}>
      {mutation.message}
    </Banner>
  );
}

/** The button once the instance responds again: in a form it sends what is typed there now. */
export function TryAgain({ again }: { again: ApiMutation['again'] | undefined }) {
  if (!again) return null;
  return (
    <Button
      isSmall
      onClick={({ currentTarget: { form } }) => (form === null ? again() : form.requestSubmit())}
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
