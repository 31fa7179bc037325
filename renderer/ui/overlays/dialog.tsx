import { X } from 'lucide-react';
import { AlertDialog, Dialog as RadixDialog } from 'radix-ui';
import { type ReactNode, useState } from 'react';
import { describeError } from '../../api/problem.ts';
import { Banner } from '../banner.tsx';
import { Button, IconButton } from '../button.tsx';

interface DialogProps {
  isOpen: boolean;
  onClose: () => void;
  title: ReactNode;
  /** Under the title. */
  text?: ReactNode;
  /** At the right of the title. */
  aside?: ReactNode;
  width?: 480 | 640 | 860;
  foot?: ReactNode;
  children?: ReactNode;
  /** What is typed must not be lost to a click beside the dialog. */
  keepsOnOutside?: boolean;
}

/** A dialog in the middle; it takes the focus, gives it back, and closes with Esc. */
export function Dialog({
  isOpen,
  onClose,
  title,
  text,
  aside,
  width = 480,
  foot,
  children,
  keepsOnOutside = true,
}: DialogProps) {
  return (
    <RadixDialog.Root open={isOpen} onOpenChange={(next) => !next && onClose()}>
      <RadixDialog.Portal>
        <RadixDialog.Overlay className="scrim">
          <RadixDialog.Content
            className="dialog"
            style={{ width }}
            {...(text ? {} : { 'aria-describedby': undefined })}
            onPointerDownOutside={(event) => keepsOnOutside && event.preventDefault()}
            onInteractOutside={(event) => keepsOnOutside && event.preventDefault()}
          >
            <div className="dialog-head">
              <div className="titles">
                <RadixDialog.Title asChild>
                  <h2>{title}</h2>
                </RadixDialog.Title>
                {text && (
                  <RadixDialog.Description asChild>
                    <p className="text-text-2">{text}</p>
                  </RadixDialog.Description>
                )}
              </div>
              {aside}
              <RadixDialog.Close asChild>
                <IconButton icon={X} label="Close" />
              </RadixDialog.Close>
            </div>
            {children && <div className="dialog-body">{children}</div>}
            {foot && <div className="dialog-foot">{foot}</div>}
          </RadixDialog.Content>
        </RadixDialog.Overlay>
      </RadixDialog.Portal>
    </RadixDialog.Root>
  );
}

interface DangerDialogProps {
  isOpen: boolean;
  onClose: () => void;
  title: string;
  /** What is lost, by count and name, and what can be done about it afterwards. */
  children: ReactNode;
  /** Repeats the verb: "Delete 14 variables". */
  action: string;
  /** "Keep them". */
  keep: string;
  /** False until something was typed that proves intent. */
  isReady?: boolean;
  onConfirm: () => Promise<unknown>;
}

/** Says what will be lost before it is; the only place of a red button. Stays open when the deed fails. */
export function DangerDialog(props: DangerDialogProps) {
  const { isOpen, onClose, title, children, action, keep, isReady = true, onConfirm } = props;
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const confirm = async () => {
    setBusy(true);
    setError(null);
    try {
      await onConfirm();
      onClose();
    } catch (thrown) {
      setError(thrown);
    } finally {
      setBusy(false);
    }
  };
  return (
    <AlertDialog.Root open={isOpen} onOpenChange={(next) => !next && !isBusy && onClose()}>
      <AlertDialog.Portal>
        <AlertDialog.Overlay className="scrim">
          <AlertDialog.Content className="dialog">
            <div className="dialog-head">
              <div className="titles">
                <AlertDialog.Title asChild>
                  <h2>{title}</h2>
                </AlertDialog.Title>
              </div>
            </div>
            <div className="dialog-body grid gap-3 text-text-2">
              <AlertDialog.Description asChild>
                <div className="grid gap-3">{children}</div>
              </AlertDialog.Description>
              {error !== null && <Banner tone="danger">{describeError(error)}</Banner>}
            </div>
            <div className="dialog-foot justify-end">
              <AlertDialog.Cancel asChild>
                <Button disabled={isBusy}>{keep}</Button>
              </AlertDialog.Cancel>
              <Button kind="danger" isBusy={isBusy} disabled={!isReady} onClick={confirm}>
                {action}
              </Button>
            </div>
          </AlertDialog.Content>
        </AlertDialog.Overlay>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
