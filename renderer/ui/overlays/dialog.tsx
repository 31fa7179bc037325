import { useRef } from 'react';
import { DialogFrame, type DialogFrameProps } from './dialog-frame.tsx';
import { UnsavedInput } from './unsaved-input.tsx';

interface DialogProps extends Omit<DialogFrameProps, 'content' | 'over'> {
  /** What is typed in it is no loss, and not asked about: a name to confirm, a password. */
  isInputLost?: boolean;
  /** Its action is under way: it does not close. */
  isPending?: boolean;
}

/** A modal dialog that asks before it throws away what was typed in it. */
export function Dialog({ isInputLost, isPending = false, onClose, ...frame }: DialogProps) {
  const content = useRef<HTMLDivElement>(null);
  const closer = useRef((close: () => void) => close());
  const isAsking = !(isInputLost ?? frame.isAlert);
  return (
    <DialogFrame
      {...frame}
      content={content}
      onClose={() => {
        if (!isPending) closer.current(onClose);
      }}
      over={isAsking && <UnsavedInput content={content} isPending={isPending} closer={closer} />}
    />
  );
}
