import { Search } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { Kbd } from './chip.tsx';

interface SearchFieldProps {
  /** "Search projects". */
  label: string;
  value: string;
  onChange: (value: string) => void;
}

/** The search of a page's list: `/` goes to it from anywhere, Esc empties it. */
export function SearchField({ label, value, onChange }: SearchFieldProps) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      event.preventDefault();
      input.current?.focus();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
  return (
    <span className="input search-field">
      <Search className="icon" aria-hidden="true" />
      <input
        ref={input}
        type="text"
        role="searchbox"
        aria-label={label}
        aria-keyshortcuts="/"
        placeholder={label}
        autoComplete="off"
        spellCheck={false}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => event.key === 'Escape' && onChange('')}
      />
      <Kbd>/</Kbd>
    </span>
  );
}

/** A `/` belongs to whoever types, and to a dialog that is open. */
function isTyping(target: EventTarget | null): boolean {
  return (
    document.querySelector('[role="dialog"], [role="alertdialog"]') !== null ||
    (target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)))
  );
}
