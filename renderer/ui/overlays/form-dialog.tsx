import type { LucideIcon } from 'lucide-react';
import { type ReactNode, useId } from 'react';
import type { ApiMutation } from '../../api/mutation.ts';
import { Button } from '../button.tsx';
import { Form } from '../form/form.tsx';
import { FormError } from '../form/form-error.tsx';
import { Dialog } from './dialog.tsx';

interface FormDialogProps {
  title: ReactNode;
  text?: ReactNode;
  /** The verb of the button. */
  action: string;
  icon?: LucideIcon;
  /** The other button. */
  cancel?: string;
  mutation: Pick<ApiMutation, 'mutate' | 'isPending' | 'message' | 'fieldError' | 'reset'> &
    Partial<Pick<ApiMutation, 'again' | 'error'>>;
  /** Fields that show their own errors. */
  fields?: readonly string[];
  /** Shown instead of the mutation's message. */
  failure?: ReactNode;
  isReady?: boolean;
  width?: 480 | 640;
  /** What is typed in it is no loss, and not asked about. */
  isInputLost?: boolean;
  onClose: () => void;
  children: ReactNode;
}

/** A form in a dialog: Enter submits it, and the mutation closes it when done. */
export function FormDialog(props: FormDialogProps) {
  const { title, text, action, icon, cancel = 'Cancel', mutation, width = 480, onClose, children } = props;
  const { isInputLost = false } = props;
  const { fields = [], failure = <FormError mutation={mutation} fields={fields} />, isReady = true } = props;
  const id = useId();
  return (
    <Dialog
      onClose={onClose}
      isPending={mutation.isPending}
      isInputLost={isInputLost}
      title={title}
      text={text}
      width={width}
      foot={
        <>
          <span className="grow" />
          <Button onClick={onClose} disabled={mutation.isPending}>
            {cancel}
          </Button>
          <Button
            kind="main"
            type="submit"
            form={id}
            {...(icon ? { icon } : {})}
            isBusy={mutation.isPending}
            disabled={!isReady}
          >
            {action}
          </Button>
        </>
      }
    >
      <Form id={id} className="grid gap-4" mutation={mutation} onSubmit={() => isReady && mutation.mutate()}>
        {children}
        {failure}
      </Form>
    </Dialog>
  );
}
