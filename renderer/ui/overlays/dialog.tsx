import { X } from 'lucide-react';
import { Dialog as RadixDialog } from 'radix-ui';
import type { ReactNode, RefObject } from 'react';
import { IconButton } from '../button.tsx';

interface DialogProps {
  onClose: () => void;
  title: ReactNode;
  /** Under the title. */
  text?: ReactNode;
  /** At the right of the title. */
  aside?: ReactNode;
  width?: 480 | 560 | 640 | 860;
  /** Interrupts to warn: no cross, and read out as an alert. */
  isAlert?: boolean;
  /** Where the focus begins; otherwise the field with `autoFocus`, or the first control. */
  firstFocus?: RefObject<HTMLElement | null>;
  /** What it says, read out with its title where there is no `text`. */
  body?: ReactNode;
  children?: ReactNode;
  foot?: ReactNode;
}

/**
 * A dialog in the middle; it takes the focus, gives it back, and closes with Esc. A click beside it does nothing:
 * what was typed must not be lost to one.
 */
export function Dialog(props: DialogProps) {
  const {
    onClose,
    title,
    text,
    aside,
    width = 480,
    isAlert = false,
    firstFocus,
    body,
    children,
    foot,
  } = props;
  return (
    <RadixDialog.Root open onOpenChange={(next) => !next && onClose()}>
      <RadixDialog.Portal>
        <RadixDialog.Overlay className="scrim">
          <RadixDialog.Content
            className="dialog"
            style={{ width }}
            {...(isAlert ? { role: 'alertdialog' } : {})}
            {...(text || body ? {} : { 'aria-describedby': undefined })}
            onPointerDownOutside={(event) => event.preventDefault()}
            onInteractOutside={(event) => event.preventDefault()}
            onOpenAutoFocus={(event) => {
              if (!firstFocus) return;
              event.preventDefault();
              firstFocus.current?.focus({ preventScroll: true });
            }}
          >
            <div className="dialog-head">
              <div className="titles">
                <RadixDialog.Title asChild>
                  <h2 className="[overflow-wrap:anywhere]">{title}</h2>
                </RadixDialog.Title>
                {text && (
                  <RadixDialog.Description asChild>
                    <p className="text-text-2">{text}</p>
                  </RadixDialog.Description>
                )}
              </div>
              {aside}
              {!isAlert && (
                <RadixDialog.Close asChild>
                  <IconButton icon={X} label="Close" />
                </RadixDialog.Close>
              )}
            </div>
            {(body || children) && (
              <div className="dialog-body">
                {body && (
                  <RadixDialog.Description asChild>
                    <div className="grid gap-3 text-text-2">{body}</div>
                  </RadixDialog.Description>
                )}
                {children}
              </div>
            )}
            {foot && <div className="dialog-foot">{foot}</div>}
          </RadixDialog.Content>
        </RadixDialog.Overlay>
      </RadixDialog.Portal>
    </RadixDialog.Root>
  );
}
