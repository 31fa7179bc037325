import { type ReactNode, useId } from 'react';
import { Button } from '../button.tsx';
import { type Submit, SubmitError } from '../form/submit.tsx';
import { Dialog } from './dialog.tsx';

interface FormDialogProps {
  title: ReactNode;
  text?: ReactNode;
  /** The verb of the button. */
  action: string;
  submit: Submit;
  /** Fields that show what is wrong with them. */
  fields?: readonly string[];
  isReady?: boolean;
  width?: 480 | 640;
  onClose: () => void;
  children: ReactNode;
}

/** A form in a dialog: Enter sends it, the main button repeats what it does, what is wrong stands where it is. */
export function FormDialog(props: FormDialogProps) {
  const { title, text, action, submit, fields = [], isReady = true, width = 480, onClose, children } = props;
  const id = useId();
  return (
    <Dialog
      isOpen
      onClose={() => !submit.isBusy && onClose()}
      title={title}
      text={text}
      width={width}
      foot={
        <>
          <span className="grow" />
          <Button onClick={onClose} disabled={submit.isBusy}>
            Cancel
          </Button>
          <Button kind="main" type="submit" form={id} isBusy={submit.isBusy} disabled={!isReady}>
            {action}
          </Button>
        </>
      }
    >
      <form
        id={id}
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady) void submit.run();
        }}
      >
        {children}
        <SubmitError submit={submit} fields={fields} />
      </form>
    </Dialog>
  );
}
