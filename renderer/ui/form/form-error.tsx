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
