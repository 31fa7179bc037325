import type { ApiMutation } from '../../api/mutation.ts';
import { Banner } from '../banner.tsx';

interface FormErrorProps {
  mutation: Pick<ApiMutation, 'message' | 'fieldError'>;
  /** Fields that show their own errors. */
  fields?: readonly string[];
}

/** The error of a whole form. Nothing if one of its fields shows it. */
export function FormError({ mutation, fields = [] }: FormErrorProps) {
  if (mutation.message === undefined || fields.some((name) => mutation.fieldError(name))) return null;
  return <Banner tone="danger">{mutation.message}</Banner>;
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
