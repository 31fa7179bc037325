import { CommandError, usageError } from './command-error.ts';

/** Everything on standard input. */
export async function readStdin(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/**
 * Everything on standard input as text. Throws `invalid_request` for bytes that are not UTF-8: another password,
 * or another value, would be kept in their place.
 */
export async function readStdinText(): Promise<string> {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await readStdin());
  } catch {
    throw new CommandError(
      'invalid_request',
      'Standard input is not UTF-8 text; nothing was changed. Encode binary values first, for example with base64.',
    );
  }
}

/** The first line of standard input, without its end: how scripts hand over a password. */
export async function readStdinLine(): Promise<string> {
  return (await readStdinText()).split(/\r?\n/)[0] ?? '';
}

/**
 * Asks for something on the terminal without showing it. SECURITY: never from arguments, which every process of
 * the machine can read. Throws a usage error where there is no terminal.
 */
export async function askHidden(question: string): Promise<string> {
  return await ask(question, true);
}

export async function askLine(question: string): Promise<string> {
  return await ask(question, false);
}

/** Twice, until both are the same. */
export async function askNew(question: string): Promise<string> {
  for (;;) {
    const first = await askHidden(`${question}: `);
    if (first === (await askHidden('Confirm: '))) return first;
    process.stderr.write('They do not match.\n');
  }
}

export const hasTerminal = () => process.stdin.isTTY === true;

/** Whether what is written to standard error, as everything a person is asked is, is seen there and nowhere kept. */
export const isShownToPerson = () => hasTerminal() && process.stderr.isTTY === true;

/** What is asked, without what explains it and its punctuation. */
function lastLine(question: string): string {
  const line = question.trimEnd().split('\n').at(-1) ?? '';
  return (line.split('. ').at(-1) ?? '').replace(/[.:?\s]+$/, '');
}

async function ask(question: string, hidden: boolean): Promise<string> {
  if (!hasTerminal())
    throw usageError(
      `No terminal to ask for: ${lastLine(question)}. Run this in a terminal, or see --help for how to pipe it.`,
    );
  const { createInterface } = await import('node:readline');
  const { Writable } = await import('node:stream');
  // readline echoes what is typed to its output: hidden answers get none.
  const output = hidden ? new Writable({ write: (_chunk, _encoding, done) => done() }) : process.stderr;
  process.stderr.write(question);
  const reader = createInterface({ input: process.stdin, output, terminal: true });
  try {
    return await new Promise<string>((resolve, reject) => {
      reader.once('SIGINT', () => reject(usageError('Cancelled.')));
      reader.once('line', resolve);
    });
  } finally {
    reader.close();
    if (hidden) process.stderr.write('\n');
  }
}
