import { CommandError, INTERRUPTED, usageError } from './command-error.ts';

/** More than any key, copy or value has: what never ends, as `yes` or /dev/zero, would fill the memory. */
const MAX_STDIN_BYTES = 64 * 1024 * 1024;

/** All of standard input. Throws `invalid_request` for more than 64 MiB. */
export async function readStdin(): Promise<Buffer> {
  return await readBounded(
    process.stdin,
    MAX_STDIN_BYTES,
    () => new CommandError('invalid_request', 'Standard input is over 64 MiB; nothing was changed.'),
  );
}

/** Everything that comes, until it is too much. */
export async function readBounded(
  stream: AsyncIterable<unknown>,
  maxBytes: number,
  tooMuch: () => CommandError,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw tooMuch();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/**
 * All of standard input as text. Throws `invalid_request` for bytes that are not UTF-8, since decoding would change
 * the password or value, and what `readStdin` throws.
 */
export async function readStdinText(): Promise<string> {
  const bytes = await readStdin();
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new CommandError(
      'invalid_request',
      'Standard input is not UTF-8 text; nothing was changed. Encode binary values first, for example with base64.',
    );
  }
}

/** The line break after a single line was added by the shell, or copied with it; after several lines it belongs to them. */
export function trimLine(text: string): string {
  const trimmed = text.replace(/\r?\n$/, '');
  return /[\r\n]/.test(trimmed) ? text : trimmed;
}

/** The first line of standard input without its line break, for passwords from scripts. */
export async function readStdinLine(): Promise<string> {
  return (await readStdinText()).split(/\r?\n/)[0] ?? '';
}

/** The same, where an empty one is none: a script whose variable is not set pipes one. Throws a usage error for it. */
export async function readPipedSecret(what: 'password' | 'passphrase'): Promise<string> {
  const line = await readStdinLine();
  if (line === '')
    throw usageError(`The first line of standard input, where the ${what} is expected, is empty.`);
  return line;
}

/**
 * Asks for a secret on the terminal without echo. SECURITY: never from arguments, which every process on the
 * machine can read. Throws a usage error where there is no terminal.
 */
export async function askHidden(question: string): Promise<string> {
  return await ask(question, true);
}

export async function askLine(question: string): Promise<string> {
  return await ask(question, false);
}

/**
 * Shows a key or a share of one on the terminal's alternate screen, which programs such as `less` use: it is in no scrollback
 * afterwards. SECURITY: and it is gone before it is asked back, so that what is given back was kept elsewhere.
 */
export async function showUntilEnter(text: string, question: string): Promise<void> {
  const canSwitch = process.env.TERM !== undefined && process.env.TERM !== 'dumb';
  process.stderr.write(`${canSwitch ? ALTERNATE_SCREEN : ''}${text}`);
  try {
    await askLine(question);
  } finally {
    if (canSwitch) process.stderr.write(NORMAL_SCREEN);
  }
}

/** xterm's private modes 1049, with a cleared screen and the cursor at its top. */
const ALTERNATE_SCREEN = '\x1b[?1049h\x1b[2J\x1b[H';
const NORMAL_SCREEN = '\x1b[?1049l';

/** Asks twice, until both answers match. */
export async function askNew(question: string): Promise<string> {
  for (;;) {
    const first = await askHidden(`${question}: `);
    if (first === (await askHidden('Confirm: '))) return first;
    process.stderr.write('They do not match.\n');
  }
}

export const hasTerminal = () => process.stdin.isTTY === true;

/** Whether standard error, where people are asked, is a terminal and not a file or pipe. */
export const isShownToPerson = () => hasTerminal() && process.stderr.isTTY === true;

/** The question without its explanation and punctuation. */
function lastLine(question: string): string {
  const line = question.trimEnd().split('\n').at(-1) ?? '';
  return (line.split('. ').at(-1) ?? '').replace(/[.:?\s]+$/, '');
}

async function ask(question: string, hidden: boolean): Promise<string> {
  if (!hasTerminal())
    throw usageError(
      `No terminal to ask for: ${lastLine(question)}. Run this in a terminal, or see --help for how to pipe it.`,
    );
  return hidden ? await askUnseen(question) : await askSeen(question);
}

const SEVERAL_LINES =
  'Several lines were pasted where one was asked for. Nothing was done with them: pipe them from a file, or see --help.';

async function askUnseen(question: string): Promise<string> {
  const { readHiddenLine } = await import('./hidden-line.ts');
  const takesControl = process.stderr.isTTY === true && process.env.TERM !== 'dumb';
  const answer = await readHiddenLine(
    process.stdin,
    takesControl ? (text) => process.stderr.write(text) : null,
    // SECURITY: once the terminal shows nothing any more, or an answer given at once is seen.
    () => process.stderr.write(question),
  ).finally(() => process.stderr.write('\n'));
  if (answer.outcome === 'typed') return trimLine(answer.text);
  throw refusals[answer.outcome]();
}

const interrupted = () => new CommandError(INTERRUPTED, 'Cancelled.');
const cancelled = () => new CommandError('cancelled', 'Cancelled.');
const refusals = {
  interrupted,
  cancelled,
  several_lines: () => usageError(SEVERAL_LINES),
  not_text: () => usageError('What was typed is not UTF-8 text. Nothing was done with it.'),
} as const;

async function askSeen(question: string): Promise<string> {
  const { createInterface } = await import('node:readline');
  const { swallow } = await import('./hidden-line.ts');
  const reader = createInterface({ input: process.stdin, output: process.stderr, terminal: true });
  const lines: string[] = [];
  try {
    await new Promise<void>((resolve, reject) => {
      reader.once('SIGINT', () => reject(interrupted()));
      reader.once('close', () => reject(cancelled()));
      reader.on('line', (line) => {
        lines.push(line);
        resolve();
      });
      reader.setPrompt(question);
      reader.prompt();
    });
    reader.pause();
    const [answer = '', ...more] = lines;
    // Lines of the same piece are read by now; the rest is swallowed, also where it is refused.
    if ((await swallow(process.stdin, [...more, reader.line].join('\n'))) !== '')
      throw usageError(SEVERAL_LINES);
    return answer;
  } finally {
    reader.close();
  }
}
