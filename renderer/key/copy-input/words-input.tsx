import { CircleX } from 'lucide-react';
import { type Ref, useEffect, useId, useRef, useState } from 'react';
import { useMay } from '../../app/session.ts';
import { Ticks } from '../../ui/instruments/ticks.tsx';
import { describeShare } from '../split/split-requests.ts';
import { CopyInputFoot, type CopyWayProps } from './copy-way.tsx';
import { checkWords, findCompletion, isMeantWord, splitWords, useWordList, WORD_COUNT } from './word-list.ts';

/** Fields for the 24 words, checked while typing. Pasting all words fills all fields. */
export function WordsInput({ purpose, onReady, action }: CopyWayProps) {
  const list = useWordList();
  const [words, setWords] = useState<readonly string[]>(() => Array<string>(WORD_COUNT).fill(''));
  /** A word is checked once its field loses the focus. */
  const [current, setCurrent] = useState<number | null>(null);
  /** What was pasted, if it was one share of a split key. */
  const [share, setShare] = useState<string | null>(null);
  const fields = useRef<(HTMLInputElement | null)[]>([]);
  const alertId = useId();
  const typed = words.filter((word) => word !== '').length;
  const mayCheck = useMay('vault:write');
  const check = useWordCheck(words, typed > 0 && mayCheck);
  const isKnown = (word: string) => list.length === 0 || isMeantWord(list, word);
  const isWrong = (at: number) => {
    const word = words[at] ?? '';
    if (word === '' || isKnown(word)) return false;
    return at !== current || !list.some((known) => known.startsWith(word));
  };
  const wrong = words.findIndex((_, at) => isWrong(at));
  const wrongCount = words.filter((_, at) => isWrong(at)).length;
  const isWhole = typed === WORD_COUNT && words.every(isKnown) && check?.checksum_ok !== false;

  useEffect(() => {
    onReady(isWhole ? { kind: 'words', words: words.join(' ') } : null);
  }, [isWhole, words, onReady]);

  const set = (at: number, ...values: string[]) => {
    setShare(null);
    setWords((known) => known.map((word, index) => values[index - at] ?? word));
  };
  const focus = (at: number) => fields.current[Math.max(0, Math.min(WORD_COUNT - 1, at))]?.focus();
  const finish = (at: number) => {
    const completion = findCompletion(list, words[at] ?? '');
    if (completion) set(at, completion);
    if (at + 1 < WORD_COUNT) focus(at + 1);
    else setCurrent(null);
  };
  // After the last word Enter sends them, or goes to the first that is missing or wrong.
  const [wasEntered, setEntered] = useState(false);
  const toFix = words.findIndex((word) => word === '' || !isKnown(word));
  useEffect(() => {
    if (!wasEntered) return;
    setEntered(false);
    if (isWhole) fields.current[WORD_COUNT - 1]?.form?.requestSubmit();
    else if (toFix >= 0) fields.current[toFix]?.focus();
  }, [wasEntered, isWhole, toFix]);
  const noteShare = async (text: string) => {
    const said = await describeShare(text).catch(() => null);
    if (said === null) return;
    // Not what was typed meanwhile.
    const pasted = splitWords(text);
    setWords((now) =>
      now.every((word, at) => word === pasted[at]) ? Array<string>(WORD_COUNT).fill('') : now,
    );
    setShare(said);
  };
  const pasteWords = (at: number, text: string) => {
    const pasted = splitWords(text);
    if (pasted.length < 2) return false;
    const start = pasted.length >= WORD_COUNT ? 0 : at;
    set(start, ...pasted);
    focus(start + pasted.length);
    if (pasted.length > WORD_COUNT) void noteShare(text);
    return true;
  };
  return (
    <>
      <div className="copy-input-body">
        <ol className="word-grid" aria-label="The 24 words in their order">
          {words.map((word, at) => (
            <WordField
              // biome-ignore lint/suspicious/noArrayIndexKey: a word is known by its place
              key={at}
              position={at + 1}
              value={word}
              completion={at === current ? findCompletion(list, word) : null}
              isWrong={isWrong(at)}
              describedBy={alertId}
              ref={(field) => {
                fields.current[at] = field;
              }}
              onChange={(value) => {
                setCurrent(at);
                set(at, value);
              }}
              onDone={() => finish(at)}
              onEnter={() => {
                finish(at);
                if (at + 1 === WORD_COUNT) setEntered(true);
              }}
              onBack={() => focus(at - 1)}
              onBlur={() => {
                const completion = at === current ? findCompletion(list, word) : null;
                if (completion) set(at, completion);
                setCurrent(null);
              }}
              onPasteWords={(text) => pasteWords(at, text)}
            />
          ))}
        </ol>
        <div id={alertId} role="alert">
          {share !== null && (
            <p className="typo">
              <CircleX className="icon" aria-hidden="true" />
              <span className="grow">
                {share}{' '}
                {purpose === 'verify'
                  ? 'On the page of the key, one share is checked alone.'
                  : 'Enter it with the others under Shares.'}
              </span>
            </p>
          )}
          {wrong >= 0 ? (
            <Typo
              position={wrong + 1}
              nearest={check?.problems.find(({ position }) => position === wrong + 1)?.nearest ?? []}
              onTake={(word) => {
                set(wrong, word);
                focus(wrong + 1);
              }}
            />
          ) : (
            typed === WORD_COUNT &&
            check?.checksum_ok === false && (
              <p className="typo">
                <CircleX className="icon" aria-hidden="true" />
                Every word is on the list, but together they are not a valid key: one word is wrong, or two
                are swapped.
              </p>
            )
          )}
        </div>
      </div>
      <CopyInputFoot action={action}>
        <span className="words-ticks">
          <Ticks value={(typed / WORD_COUNT) * 100} />
        </span>
        <span className="block">{sayProgress(typed, wrongCount, check)}</span>
      </CopyInputFoot>
    </>
  );
}

function sayProgress(typed: number, wrongCount: number, check: WordCheck | null): string {
  const soFar = `${typed} of ${WORD_COUNT} words${wrongCount > 0 ? `, ${wrongCount} to fix` : ''}`;
  if (typed < WORD_COUNT || wrongCount > 0 || !check?.checksum_ok) return soFar;
  if (check.matches === 'active') return `These words are the key ${check.fingerprint} of this instance.`;
  return `These words are the key ${check.fingerprint}.`;
}

interface TypoProps {
  position: number;
  nearest: readonly string[];
  onTake: (word: string) => void;
}

function Typo({ position, nearest, onTake }: TypoProps) {
  return (
    <div className="typo">
      <CircleX className="icon" aria-hidden="true" />
      <span className="grow">
        Word {position} is not on the list{nearest.length > 0 ? '. Nearest:' : '.'}
      </span>
      {nearest.map((word) => (
        <button key={word} type="button" className="btn btn-small" onClick={() => onTake(word)}>
          {word}
        </button>
      ))}
    </div>
  );
}

const AFTER_MS = 250;

type WordCheck = Awaited<ReturnType<typeof checkWords>>;

/**
 * The instance's check of the words so far, shortly after the last keystroke; null until it responds. The words are
 * sent in a request body and stored nowhere.
 */
function useWordCheck(words: readonly string[], isOn: boolean): WordCheck | null {
  const [answer, setAnswer] = useState<{ of: readonly string[]; said: WordCheck } | null>(null);
  useEffect(() => {
    if (!isOn) return;
    let isOver = false;
    const timer = setTimeout(() => {
      checkWords([...words])
        .then((said) => {
          if (!isOver) setAnswer({ of: words, said });
        })
        // Without the check the words can still be sent; the response then says what is wrong.
        .catch(() => undefined);
    }, AFTER_MS);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [words, isOn]);
  return answer?.of === words && isOn ? answer.said : null;
}

interface WordFieldProps {
  /** From 1. */
  position: number;
  value: string;
  /** The completed word, shown in grey behind what is typed. */
  completion: string | null;
  isWrong: boolean;
  /** Id of the element with its error. */
  describedBy: string;
  ref: Ref<HTMLInputElement>;
  onChange: (value: string) => void;
  /** A space after a whole word. */
  onDone: () => void;
  onEnter: () => void;
  onBack: () => void;
  onPasteWords: (text: string) => boolean;
  onBlur: () => void;
}

/** One of the numbered words. */
function WordField(props: WordFieldProps) {
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
                if (value !== '') (event.key === ' ' ? props.onDone : props.onEnter)();
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
