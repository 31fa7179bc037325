import { CircleX } from 'lucide-react';
import type { Ref } from 'react';

interface WordFieldProps {
  /** From 1. */
  position: number;
  value: string;
  /** The word it will become; drawn grey behind what is typed. */
  completion: string | null;
  isWrong: boolean;
  /** The element that says what is wrong with it. */
  describedBy: string;
  ref: Ref<HTMLInputElement>;
  onChange: (value: string) => void;
  /** A space or Enter after a whole word, or several words pasted at once. */
  onDone: () => void;
  onBack: () => void;
  onPasteWords: (text: string) => boolean;
  onBlur: () => void;
}

/** One of the numbered words. */
export function WordField(props: WordFieldProps) {
  const { position, value, completion, isWrong, describedBy, ref } = props;
  const ghost = completion && completion !== value ? completion.slice(value.length) : '';
  return (
    <li className="word-cell">
      <span className="n" aria-hidden="true">
        {position}
      </span>
      <span className={`input ${isWrong ? 'is-wrong' : ''}`}>
        <span className="word-typed">
          <input
            ref={ref}
            value={value}
            aria-label={`Word ${position}`}
            aria-autocomplete="inline"
            aria-invalid={isWrong || undefined}
            aria-describedby={isWrong ? describedBy : undefined}
            autoComplete="off"
            autoCapitalize="none"
            autoCorrect="off"
            spellCheck={false}
            maxLength={16}
            onChange={(event) => props.onChange(event.target.value.toLowerCase().replace(/[^a-z]/g, ''))}
            onBlur={props.onBlur}
            onPaste={(event) => {
              if (props.onPasteWords(event.clipboardData.getData('text'))) event.preventDefault();
            }}
            onKeyDown={(event) => {
              if (event.key === ' ' || event.key === 'Enter') {
                event.preventDefault();
                if (value !== '') props.onDone();
              } else if (event.key === 'Backspace' && value === '') {
                event.preventDefault();
                props.onBack();
              }
            }}
          />
          {ghost && (
            <span className="ghost" aria-hidden="true">
              <span className="invisible">{value}</span>
              {ghost}
            </span>
          )}
        </span>
        {isWrong && <CircleX className="icon" aria-hidden="true" />}
      </span>
    </li>
  );
}
