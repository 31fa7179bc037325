import { useBlocker } from '@tanstack/react-router';
import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';
import { desktop } from '../../desktop.ts';
import { Button } from '../button.tsx';
import { DialogFrame } from './dialog-frame.tsx';

/** Fields whose text is someone's work; what is searched for is not. */
const TYPED = 'textarea, input:not([type=checkbox], [type=radio], [type=file], [type=hidden], [type=search])';

type TypedField = HTMLInputElement | HTMLTextAreaElement;

/**
 * Tells whether something was typed in here that would be lost. SECURITY: it knows the fields and whether each was empty
 * before, and keeps nothing of what is in them.
 */
function useTyped(content: RefObject<HTMLElement | null>): () => boolean {
  const wasEmpty = useRef(new Map<TypedField, boolean>());
  useEffect(() => {
    const element = content.current;
    const note = ({ type, target }: Event) => {
      if (!(target instanceof Element) || !target.matches(TYPED)) return;
      const field = target as TypedField;
      if (!wasEmpty.current.has(field)) wasEmpty.current.set(field, type === 'input' || field.value === '');
    };
    // What filled a field without being typed, as a password manager does, is only told afterwards.
    for (const type of ['beforeinput', 'input']) element?.addEventListener(type, note, true);
    return () => {
      for (const type of ['beforeinput', 'input']) element?.removeEventListener(type, note, true);
    };
  }, [content]);
  return useCallback(
    () =>
      [...wasEmpty.current].some(
        ([field, isNew]) => field.isConnected && !field.readOnly && !(isNew && field.value === ''),
      ),
    [],
  );
}

interface UnsavedInputProps {
  content: RefObject<HTMLElement | null>;
  /** Its input is on its way: what happens then is not somebody leaving. */
  isPending: boolean;
  /** Asks before this closes the dialog; set here. */
  closer: RefObject<(close: () => void) => void>;
}

/**
 * Asks before what was typed in a dialog is thrown away: by Esc, by its close button, by Back, or with the whole page, where
 * the browser asks. A button that says what it does, such as Cancel, is not asked about.
 */
export function UnsavedInput({ content, isPending, closer }: UnsavedInputProps) {
  const isTyped = useTyped(content);
  const [close, setClose] = useState<(() => void) | null>(null);
  useEffect(() => {
    closer.current = (then) => (isTyped() ? setClose(() => then) : then());
  }, [closer, isTyped]);
  const leaving = useBlocker({
    // A filter of the page that is kept in its address is not leaving it.
    shouldBlockFn: ({ current, next }) => !isPending && current.pathname !== next.pathname && isTyped(),
    // The desktop's window is only hidden; where it is really closed, for an update, nothing is asked.
    enableBeforeUnload: () => desktop === null && isTyped(),
    withResolver: true,
  });
  if (leaving.status === 'blocked') return <Discard onDiscard={leaving.proceed} onKeep={leaving.reset} />;
  return close && <Discard onDiscard={close} onKeep={() => setClose(null)} />;
}

function Discard({ onDiscard, onKeep }: { onDiscard: () => void; onKeep: () => void }) {
  const keep = useRef<HTMLButtonElement>(null);
  return (
    <DialogFrame
      isAlert
      onClose={onKeep}
      title="Discard what you typed?"
      text="It was not saved."
      firstFocus={keep}
      foot={
        <>
          <span className="grow" />
          <Button ref={keep} onClick={onKeep}>
            Keep editing
          </Button>
          <Button kind="danger" onClick={onDiscard}>
            Discard it
          </Button>
        </>
      }
    />
  );
}
