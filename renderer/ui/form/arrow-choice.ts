import { type KeyboardEvent, useRef } from 'react';

/**
 * Arrow keys choose what they move to, as among radio buttons everywhere. Radix does so only while the key is still down when
 * the focus has moved, and not at all for toggles.
 */
export function useArrowChoice() {
  const isMoving = useRef(false);
  return {
    /** Of the group. */
    group: {
      onKeyDown: ({ key }: KeyboardEvent) => {
        isMoving.current = key.startsWith('Arrow');
      },
      onPointerDown: () => {
        isMoving.current = false;
      },
    },
    /** Of one of its choices: `choose` when the focus came by an arrow key. */
    onFocus: (choose: () => void) => () => {
      if (!isMoving.current) return;
      isMoving.current = false;
      choose();
    },
  };
}
