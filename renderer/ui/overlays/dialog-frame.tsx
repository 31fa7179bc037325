import { X } from 'lucide-react';
import { Dialog as RadixDialog } from 'radix-ui';
import type { ReactNode, RefObject } from 'react';
import { IconButton } from '../button.tsx';
import { useReachedByKeys } from './use-reached-by-keys.ts';
import { useReturnedFocus } from './use-returned-focus.ts';

export interface DialogFrameProps {
  onClose: () => void;
  title: ReactNode;
  /** Under the title. */
  text?: ReactNode;
  /** At the right of the title. */
  aside?: ReactNode;
  width?: 480 | 560 | 640 | 860;
  /** A warning: no close button, announced as an alert. */
  isAlert?: boolean;
  /** Above everything, which it hides: the lock. */
  isCover?: boolean;
  /** Initial focus; otherwise the field with `autoFocus`, or the first control. */
  firstFocus?: RefObject<HTMLElement | null>;
  /** Its content, read with its title if there is no `text`. */
  body?: ReactNode;
  children?: ReactNode;
  foot?: ReactNode;
  /** What is in it. */
  content?: RefObject<HTMLDivElement | null>;
  /** Shown over it. */
  over?: ReactNode;
}

/** What is chosen or typed into, and not the cross at the top, which would be found first. */
const FIELDS =
  '.dialog-body :is(input:not([type="hidden"], [type="radio"]), textarea, select, [role="combobox"], [role="radio"][aria-checked="true"]):not(:disabled, [aria-hidden="true"])';

/** React's own `autoFocus` is in vain while the menu that opened the dialog holds the focus. */
function findFirstField(dialog: Element): HTMLElement | null {
  return dialog.querySelector<HTMLElement>('[data-autofocus]') ?? dialog.querySelector<HTMLElement>(FIELDS);
}

/** A centred modal dialog; it traps the focus, returns it, and closes with Esc. A click outside does nothing. */
export function DialogFrame(props: DialogFrameProps) {
  const {
    onClose,
    title,
    text,
    aside,
    width = 480,
    isAlert = false,
    isCover = false,
    firstFocus,
    body,
    children,
    foot,
    content,
    over,
  } = props;
  const noteScrolling = useReachedByKeys();
  const returnFocus = useReturnedFocus();
  return (
    <RadixDialog.Root open onOpenChange={(next) => !next && onClose()}>
      <RadixDialog.Portal>
        <RadixDialog.Overlay className={isCover ? 'scrim cover' : 'scrim'}>
          <RadixDialog.Content
            ref={content}
            className="dialog"
            style={{ width }}
            {...(isAlert ? { role: 'alertdialog' } : {})}
            {...(text || body ? {} : { 'aria-describedby': undefined })}
            onPointerDownOutside={(event) => event.preventDefault()}
            onInteractOutside={(event) => event.preventDefault()}
            onEscapeKeyDown={(event) => {
              // It is for the list that a field has open.
              if (event.target instanceof Element && event.target.hasAttribute('aria-activedescendant'))
                event.preventDefault();
            }}
            onOpenAutoFocus={(event) => {
              const first = firstFocus?.current ?? findFirstField(event.target as Element);
              if (!first) return;
              event.preventDefault();
              first.focus({ preventScroll: true });
            }}
            onCloseAutoFocus={returnFocus}
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
              <div ref={noteScrolling} className="dialog-body">
                {body && (
                  <RadixDialog.Description asChild>
                    <div className="grid gap-3 text-text-2">{body}</div>
                  </RadixDialog.Description>
                )}
                {children}
              </div>
            )}
            {foot && <div className="dialog-foot">{foot}</div>}
            {over}
          </RadixDialog.Content>
        </RadixDialog.Overlay>
      </RadixDialog.Portal>
    </RadixDialog.Root>
  );
}
