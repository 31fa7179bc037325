import { type ComponentProps, createContext } from 'react';
import type { ApiMutation } from '../../api/mutation.ts';
import { ConnectionLost } from '../../api/problem.ts';
import { isShortcut } from '../shortcuts.ts';

/** What a form is sent by, and what is said of the last time. */
export type Attempt = Pick<ApiMutation, 'message' | 'reset'> & Partial<Pick<ApiMutation, 'error'>>;

/** What the form around is sent by. */
export const FormAttempt = createContext<Attempt | undefined>(undefined);

interface FormProps extends Omit<ComponentProps<'form'>, 'onSubmit' | 'onChange'> {
  /** What it is sent by, if its answer is shown here. */
  mutation?: Attempt | undefined;
  onSubmit: (form: HTMLFormElement) => void;
}

/**
 * A form: Enter submits it, and what the last try was refused for is gone once anything in it changes. That there was no
 * response stays: nothing that is typed is its cause, and it may have been done.
 */
export function Form({ mutation, onSubmit, ...form }: FormProps) {
  return (
    <FormAttempt value={mutation}>
      <form
        {...form}
        onKeyDown={(event) => {
          // Of this form alone, and not of a window that is open above it.
          if (!isShortcut(event, 'submit') || !event.currentTarget.contains(event.target as Node)) return;
          event.preventDefault();
          event.stopPropagation();
          if (!event.repeat) event.currentTarget.requestSubmit();
        }}
        onSubmit={(event) => {
          event.preventDefault();
          // For React, a dialog that was opened from a form is within it: its answer is not the answer of that one.
          event.stopPropagation();
          onSubmit(event.currentTarget);
        }}
        onChange={({ target, currentTarget }) => {
          // Of this form alone, as above.
          if (!currentTarget.contains(target as Node) || mutation?.error instanceof ConnectionLost) return;
          if (mutation?.message !== undefined) mutation.reset();
        }}
      />
    </FormAttempt>
  );
}
