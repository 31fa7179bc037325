import { type KeyboardEvent, type RefObject, useEffect, useId, useRef, useState } from 'react';

/** What is typed of a reference, before the caret; `$${{` is text. */
const OPEN = /(?<!\$)\$\{\{\s*([A-Za-z_][A-Za-z0-9_.]*)?$/;
/** Looked at before the caret: longer names are completed by typing them. */
const MOST_CHARACTERS = 600;
const MOST_SHOWN = 50;

/**
 * Names to choose from after `${{` in a text box.
 *
 * SECURITY: of the text it keeps what was typed of the name alone.
 */
export function useReferenceCompletion(
  area: RefObject<HTMLTextAreaElement | null>,
  names: readonly string[],
) {
  const id = useId();
  const [typed, setTyped] = useState<string | null>(null);
  const [at, setAt] = useState(0);
  const found = typed === null ? [] : findNames(names, typed).slice(0, MOST_SHOWN);
  const isOpen = found.length > 0;
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (isOpen) list.current?.children[at]?.scrollIntoView({ block: 'nearest' });
  }, [isOpen, at]);

  const look = () => {
    const now = readTyped(area.current);
    if (now !== typed) setAt(0);
    setTyped(now);
  };
  const take = (name: string | undefined) => {
    if (name !== undefined && area.current) insertName(area.current, name);
    setTyped(null);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // Ctrl Enter saves, whatever is open.
    if (!isOpen || event.ctrlKey || event.metaKey || event.altKey || event.nativeEvent.isComposing) return;
    if (event.key === 'ArrowDown') setAt((at + 1) % found.length);
    else if (event.key === 'ArrowUp') setAt((at + found.length - 1) % found.length);
    else if (event.key === 'Enter' || (event.key === 'Tab' && !event.shiftKey)) take(found[at]);
    else if (event.key === 'Escape') setTyped(null);
    else return;
    event.preventDefault();
    // Esc is for the list, not for the dialog around it.
    event.nativeEvent.stopImmediatePropagation();
    event.stopPropagation();
  };
  return {
    /** For the text box. */
    props: {
      'aria-autocomplete': 'list' as const,
      'aria-haspopup': 'listbox' as const,
      ...(isOpen ? { 'aria-controls': id, 'aria-activedescendant': `${id}-${at}` } : {}),
      onKeyDown,
      // Also where the caret goes without typing.
      onSelect: look,
      onBlur: () => setTyped(null),
    },
    look,
    /** Below the text box. */
    list: (
      <>
        {/* A screen reader is told that there is a list, since the text box keeps the focus. */}
        <span className="sr" role="status">
          {isOpen ? `${found.length} names to refer to. Up and down choose, Enter takes one.` : ''}
        </span>
        {isOpen && (
          <div className="completion" id={id} role="listbox" aria-label="Names to refer to" ref={list}>
            {found.map((name, index) => (
              <div
                key={name}
                id={`${id}-${index}`}
                role="option"
                tabIndex={-1}
                aria-selected={index === at}
                className={index === at ? 'is-active' : ''}
                // The text box keeps the focus.
                onMouseDown={(event) => {
                  event.preventDefault();
                  take(name);
                }}
              >
                {name}
              </div>
            ))}
          </div>
        )}
      </>
    ),
  };
}

/** Null where no reference is being typed. */
function readTyped(box: HTMLTextAreaElement | null): string | null {
  if (!box || box.selectionStart !== box.selectionEnd || document.activeElement !== box) return null;
  const before = box.value.slice(Math.max(0, box.selectionStart - MOST_CHARACTERS), box.selectionStart);
  const match = OPEN.exec(before);
  return match ? (match[1] ?? '') : null;
}

/** Those that begin with it first. */
function findNames(names: readonly string[], typed: string): string[] {
  const wanted = typed.toLowerCase();
  const beginning = names.filter((name) => name.toLowerCase().startsWith(wanted));
  const within = names.filter(
    (name) => !name.toLowerCase().startsWith(wanted) && name.toLowerCase().includes(wanted),
  );
  return [...beginning, ...within];
}

function insertName(box: HTMLTextAreaElement, name: string): void {
  const caret = box.selectionStart;
  const start = Math.max(0, caret - MOST_CHARACTERS);
  const match = OPEN.exec(box.value.slice(start, caret));
  if (!match) return;
  const closing = /^[A-Za-z0-9_.]*\s*\}\}/.exec(box.value.slice(caret, caret + MOST_CHARACTERS));
  box.setRangeText(`\${{${name}}}`, start + match.index, caret + (closing?.[0].length ?? 0), 'end');
  box.dispatchEvent(new Event('input', { bubbles: true }));
}
