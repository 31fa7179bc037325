import { Dialog } from 'radix-ui';
import { type ReactNode, useEffect } from 'react';
import { coverPage } from '../cover.ts';

interface CoverProps {
  /** For screen readers. */
  title: string;
  children: ReactNode;
}

/**
 * Hides the page and its open dialogs, which stay mounted: only what is in it takes keys and clicks, and only its owner
 * closes it.
 */
export function Cover({ title, children }: CoverProps) {
  useEffect(coverPage, []);
  return (
    <Dialog.Root open>
      <Dialog.Portal>
        <Dialog.Overlay className="scrim cover">
          <Dialog.Content
            className="cover-content"
            aria-describedby={undefined}
            onEscapeKeyDown={(event) => event.preventDefault()}
          >
            <Dialog.Title asChild>
              <span className="sr">{title}</span>
            </Dialog.Title>
            {children}
          </Dialog.Content>
        </Dialog.Overlay>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
