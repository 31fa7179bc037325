import { type ReactNode, useId, useRef, useState } from 'react';
import type { ApiMutation } from '../../api/mutation.ts';
import { Banner } from '../banner.tsx';
import { Button } from '../button.tsx';
import { TextField } from '../form/field.tsx';
import { Form } from '../form/form.tsx';
import { TryAgain } from '../form/form-error.tsx';
import { Dialog } from './dialog.tsx';

interface ConfirmDialogProps {
  title: string;
  /** What is lost, by count and name, and how it can be restored. */
  children: ReactNode;
  /** The verb of the button: "Delete 14 variables". */
  action: string;
  /** The other button: "Keep them". */
  keep: string;
  mutation: Pick<ApiMutation, 'mutate' | 'isPending' | 'message' | 'reset'> &
    Partial<Pick<ApiMutation, 'again' | 'error'>>;
  /** Red for destructive actions; others are not alerts. */
  kind?: 'danger' | 'main' | 'normal';
  isReady?: boolean;
  /** Additional fields. */
  fields?: ReactNode;
  /** A name that must be typed first. A code may be typed in any case. */
  typed?: { label: ReactNode; name: string; isCode?: boolean };
  onClose: () => void;
}

/**
 * Says what will be lost before a destructive action. Enter in its fields does it, once they say so. Stays open on failure; the
 * mutation closes it when done.
 */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { title, children, action, keep, mutation, kind = 'danger', isReady = true, onClose } = props;
  const { fields, typed } = props;
  const keepButton = useRef<HTMLButtonElement>(null);
  const [text, setText] = useState('');
  // Leading and trailing spaces are invisible.
  const isTyped = !typed || (typed.isCode ? text.toUpperCase() : text).trim() === typed.name.trim();
  const mayAct = isReady && isTyped;
  const id = useId();
  return (
    <Dialog
      onClose={onClose}
      isPending={mutation.isPending}
      // A name to confirm is no loss.
      isInputLost={!fields}
      title={title}
      isAlert={kind === 'danger'}
      firstFocus={keepButton}
      body={children}
      foot={
        <>
          <span className="grow" />
          <Button ref={keepButton} onClick={onClose} disabled={mutation.isPending}>
            {keep}
          </Button>
          <Button kind={kind} isBusy={mutation.isPending} disabled={!mayAct} type="submit" form={id}>
            {action}
          </Button>
        </>
      }
    >
      <Form id={id} mutation={mutation} onSubmit={() => mayAct && mutation.mutate()}>
        {(fields || typed || mutation.message) && (
          <div className="mt-4 grid gap-4">
            {fields}
            {typed && (
              <TextField
                label={typed.label}
                isMono={typed.isCode}
                autoCapitalize={typed.isCode ? 'characters' : 'off'}
                value={text}
                onChange={(event) => setText(event.target.value)}
                dir="auto"
              />
            )}
            {mutation.message && (
              <Banner tone="danger" action={<TryAgain mutation={mutation} />}>
                {mutation.message}
              </Banner>
            )}
          </div>
        )}
      </Form>
    </Dialog>
  );
}
