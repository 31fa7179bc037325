import { useRef } from 'react';
import { ask, client } from '../../api/client.ts';
import { useApiMutation } from '../../api/mutation.ts';

/**
 * Confirms with the password in a field who is there, which opens a locked session, too.
 *
 * SECURITY: it is only in the field, which is cleared once it was accepted.
 */
export function usePasswordConfirmation(onDone: () => void | Promise<void>) {
  const password = useRef<HTMLInputElement>(null);
  const confirm = useApiMutation(
    () => ask(client.POST('/auth/confirm', { body: { password: password.current?.value ?? '' } })),
    {
      changes: ['session'],
      onDone: () => {
        if (password.current) password.current.value = '';
        return onDone();
      },
    },
  );
  return { password, confirm };
}
