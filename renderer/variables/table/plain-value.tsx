import { Chip } from '../../ui/chip.tsx';

/** `${{NAME}}` and `${{shared.NAME}}`; with one more `$` in front, it is text. */
const REFERENCE = /(?<!\$)(\$\{\{\s*(?:shared\.)?[A-Za-z_][A-Za-z0-9_]*\s*\}\})/;
/** Longest text a row shows. */
const ROW_CHARACTERS = 200;

/** A plain value in a row: its start on one line, references as chips. */
export function PlainValue({ value }: { value: string }) {
  const shown = value.slice(0, ROW_CHARACTERS);
  if (shown === '') return <span className="text-text-3">empty</span>;
  const parts = shown.split(REFERENCE);
  return (
    <span className="value cut" dir="auto" title={shown}>
      {parts.map((part, at) =>
        at % 2 === 1 ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one text, in its order
          <Chip key={at} tone="ref">
            {part}
          </Chip>
        ) : (
          part
        ),
      )}
    </span>
  );
}

/** Always eight dots, whatever the length of the value. */
export function Mask() {
  return (
    <span className="mask">
      <span aria-hidden="true">••••••••</span>
      <span className="sr">Masked</span>
    </span>
  );
}
