import type { ReadStream } from 'node:tty';

/** xterm's private mode 2004: what is pasted comes between two marks, and with its line breaks. */
const PASTES_ON = '\x1b[?2004h';
const PASTES_OFF = '\x1b[?2004l';
const PASTE_BEGINS = '\x1b[200~';
const PASTE_ENDS = '\x1b[201~';
/** What comes sooner after Enter than anybody types was pasted with it. */
const PASTED_WITHIN_MS = 200;
/** What was pasted is waited for longer, once some of it arrived: terminals give it out in pieces. */
const REST_WITHIN_MS = 1000;

const ESCAPE = '\x1b';
/** What follows it: arrow keys and the like (ECMA-48, 5.4), and a letter with Alt. */
const KEY_SEQUENCE = /^(?:\[[0-?]*[ -/]*[@-~]|O.|[^[O])/;

export type HiddenLine =
  | { outcome: 'typed'; text: string }
  /** Ctrl-C, which the terminal sends as a letter here, and not as the signal it is elsewhere. */
  | { outcome: 'interrupted' }
  /** The end of the input: Ctrl-D where nothing was typed. */
  | { outcome: 'cancelled' }
  /** Lines were pasted into a terminal that does not mark what is pasted: only the first could be told from typing. */
  | { outcome: 'several_lines' }
  | { outcome: 'not_text' };

/**
 * Reads one answer from a terminal that shows nothing of it. What is pasted is taken whole, with its line breaks, where
 * the terminal marks it. SECURITY: whatever was pasted is read to its end here, also where it is refused: what stays
 * behind is run by the shell.
 *
 * @param write to the terminal; null where none takes control sequences.
 * @param onReady called once nothing is shown any more.
 */
export async function readHiddenLine(
  input: ReadStream,
  write: ((text: string) => void) | null,
  onReady: () => void,
): Promise<HiddenLine> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let pending = '';
  let text = '';
  let isPasting = false;
  input.setRawMode(true);
  try {
    write?.(PASTES_ON);
    onReady();
    for (;;) {
      const chunk = await readChunk(input);
      if (chunk === null) return { outcome: 'cancelled' };
      try {
        pending += decoder.decode(chunk, { stream: true });
      } catch {
        await swallow(input, 'bytes');
        return { outcome: 'not_text' };
      }
      while (pending !== '') {
        if (isPasting) {
          const end = pending.indexOf(PASTE_ENDS);
          // The mark itself may arrive in two pieces.
          const length = end < 0 ? Math.max(0, pending.length - PASTE_ENDS.length) : end;
          // Terminals send Enter for the line breaks in it.
          text += pending.slice(0, length).replace(/\r\n?/g, '\n');
          pending = pending.slice(end < 0 ? length : end + PASTE_ENDS.length);
          if (end < 0) break;
          isPasting = false;
        } else if (pending.startsWith(PASTE_BEGINS)) {
          pending = pending.slice(PASTE_BEGINS.length);
          isPasting = true;
        } else if (pending.startsWith(ESCAPE)) {
          const [sequence] = KEY_SEQUENCE.exec(pending.slice(1)) ?? [];
          if (sequence === undefined) break;
          pending = pending.slice(1 + sequence.length);
        } else {
          const [letter = ''] = pending;
          pending = pending.slice(letter.length);
          if (letter === '\r' || letter === '\n') {
            return (await swallow(input, pending)) === ''
              ? { outcome: 'typed', text }
              : { outcome: 'several_lines' };
          }
          if (letter === CONTROL.c) return { outcome: 'interrupted' };
          if (letter === CONTROL.d && text === '') return { outcome: 'cancelled' };
          text = edit(text, letter);
        }
      }
    }
  } finally {
    write?.(PASTES_OFF);
    input.setRawMode(false);
  }
}

const CONTROL = { c: '\x03', d: '\x04', h: '\b', u: '\x15', w: '\x17' };

function edit(text: string, letter: string): string {
  if (letter === '\x7f' || letter === CONTROL.h) return [...text].slice(0, -1).join('');
  if (letter === CONTROL.u) return '';
  if (letter === CONTROL.w) return text.replace(/\S*\s*$/, '');
  return letter < ' ' && letter !== '\t' ? text : text + letter;
}

/** What comes next; null where the terminal is gone, or nothing arrived in this time. */
function readChunk(input: ReadStream, withinMs?: number): Promise<Buffer | null> {
  return new Promise((resolve) => {
    const timer = withinMs === undefined ? undefined : setTimeout(() => finish(null), withinMs);
    const end = () => finish(null);
    function finish(chunk: Buffer | null): void {
      clearTimeout(timer);
      input.pause();
      input.off('data', finish).off('end', end).off('error', end);
      resolve(chunk);
    }
    input.on('data', finish).on('end', end).on('error', end).resume();
  });
}

/**
 * Reads until nothing arrives any more. Returns what did, after what was read before.
 *
 * @param before what arrived behind an answer already.
 */
export async function swallow(input: ReadStream, before: string): Promise<string> {
  let swallowed = before;
  for (;;) {
    const chunk = await readChunk(input, swallowed === '' ? PASTED_WITHIN_MS : REST_WITHIN_MS);
    if (chunk === null) return swallowed;
    swallowed += chunk.toString('latin1');
  }
}
