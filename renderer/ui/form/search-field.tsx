import { Search } from 'lucide-react';
import { useRef } from 'react';
import { Kbd } from '../chip.tsx';
import { ariaKeys, isShortcut, sayKeys, useListedShortcut, useShortcut } from '../shortcuts.ts';

interface SearchFieldProps {
  /** "Search variables". */
  label: string;
  value: string;
  onChange: (value: string) => void;
  className?: string;
}

/** The search field of a page's list: `/` focuses it from anywhere outside a field, Esc clears it. */
export function SearchField({ label, value, onChange, className = 'search-field' }: SearchFieldProps) {
  const input = useRef<HTMLInputElement>(null);
  useShortcut('search', () => {
    input.current?.focus();
    input.current?.select();
  });
  useListedShortcut('clear');
  return (
    <div className={`input ${className}`}>
      <Search className="icon" aria-hidden="true" />
      <input
        ref={input}
        type="search"
        aria-label={label}
        aria-keyshortcuts={ariaKeys('search')}
        placeholder={label}
        autoComplete="off"
        spellCheck={false}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (isShortcut(event, 'clear')) onChange('');
        }}
      />
      {value === '' && (
        <span className="max-tablet:hidden" aria-hidden="true">
          <Kbd>{sayKeys('search')}</Kbd>
        </span>
      )}
    </div>
  );
}
