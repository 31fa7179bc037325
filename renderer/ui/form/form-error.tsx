import type { ApiMutation } from '../../api/mutation.ts';
import { Banner } from '../banner.tsx';

interface FormErrorProps {
  mutation: Pick<ApiMutation, 'message' | 'fieldError'>;
  /** Fields that show what is wrong with them. */
  fields?: readonly string[];
}

/** What went wrong with the whole of a form. Nothing when one of its fields shows it. */
export function FormError({ mutation, fields = [] }: FormErrorProps) {
  if (mutation.message === undefined || fields.some((name) => mutation.fieldError(name))) return null;
  return <Banner tone="danger">{mutation.message}</Banner>;
}

/** What went wrong, where a banner would be too much. Nothing while nothing did. */
export function ErrorLine({ said }: { said: string | undefined }) {
  if (said === undefined) return null;
  return (
    <p className="text-danger-text [overflow-wrap:anywhere]" role="alert">
      {said}
    </p>
  );
}
