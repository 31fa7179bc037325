import { WrapText } from 'lucide-react';
import { useRef, useState } from 'react';
import { Button, IconButton } from '../ui/button.tsx';

interface NewValueFieldProps {
  /** "New value of API_TOKEN". */
  label: string;
  startsLong: boolean;
  isBusy: boolean;
  error: string | undefined;
  onSave: (value: string) => void;
}

/**
 * Takes one value, hidden; what is pasted with line ends stays as it is. Ctrl or Cmd S saves like Enter. No password
 * field: browsers would offer to keep each of these.
 *
 * SECURITY: the value is in the field alone, never in state, and gone with it.
 */
export function NewValueField({ label, startsLong, isBusy, error, onSave }: NewValueFieldProps) {
  const field = useRef<HTMLInputElement & HTMLTextAreaElement>(null);
  const [isLong, setLong] = useState(startsLong);
  const [isEmpty, setEmpty] = useState(true);
  const save = () => {
    const value = field.current?.value ?? '';
    if (value !== '' && !isBusy) onSave(value);
  };
  const lengthen = (add = '') => {
    const before = field.current?.value ?? '';
    setLong(true);
    // The long field takes over once it is there.
    queueMicrotask(() =>
      requestAnimationFrame(() => {
        if (!field.current) return;
        field.current.value = before + add;
        setEmpty(field.current.value === '');
        field.current.focus();
      }),
    );
  };
  const shared = {
    ref: field,
    'aria-label': label,
    'aria-invalid': error ? (true as const) : undefined,
    autoComplete: 'off',
    spellCheck: false,
    placeholder: 'New value',
    onChange: (event: React.ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) =>
      setEmpty(event.target.value === ''),
  };
  const onSaveKey = (event: React.KeyboardEvent) => {
    if (event.key.toLowerCase() !== 's' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    save();
  };
  return (
    <form
      className="new-value"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      {isLong ? (
        <textarea {...shared} rows={3} className="textarea is-hidden-text" onKeyDown={onSaveKey} />
      ) : (
        <span className={`input is-small ${error ? 'is-wrong' : ''}`}>
          <input
            {...shared}
            type="text"
            className="is-hidden-text"
            onKeyDown={onSaveKey}
            onPaste={(event) => {
              const text = event.clipboardData.getData('text');
              if (!/[\r\n]/.test(text)) return;
              event.preventDefault();
              lengthen(text);
            }}
          />
        </span>
      )}
      {!isLong && <IconButton icon={WrapText} isSmall label="Several lines" onClick={() => lengthen()} />}
      <Button isSmall type="submit" isBusy={isBusy} disabled={isEmpty}>
        Save
      </Button>
      {error && (
        <span className="new-value-error" role="alert">
          {error}
        </span>
      )}
    </form>
  );
}
