import { resolve } from 'node:path';
import type { Body, Schemas } from '../api-request.ts';
import type { Invocation } from '../command.ts';
import { CommandError, usageError } from '../command-error.ts';
import { isThere } from '../given-file.ts';
import { askHidden, askNew, hasTerminal, readPipedSecret, readStdinLine, readStdinText } from '../prompt.ts';
import { explainWords } from './word-problems.ts';

const formats: readonly Schemas['CopyFormat'][] = [
  'age',
  'words',
  'pdf',
  'kdbx',
  'bitwarden',
  'csv',
  'text',
  'plain',
];
export const passphraseOption = { 'passphrase-stdin': { type: 'boolean' } } as const;

export function readFormat({ values }: Invocation): Schemas['CopyFormat'] {
  const format = formats.find((name) => name === values.format);
  if (!format) throw usageError(`--format must be one of ${formats.join(', ')}.`);
  return format;
}

/** Formats that a passphrase protects. */
export const protectedFormats: readonly Schemas['CopyFormat'][] = ['age', 'kdbx'];

export async function readPassphrase(invocation: Invocation, isNew: boolean): Promise<string> {
  if (invocation.values['passphrase-stdin'] || !hasTerminal()) return await readPipedSecret('passphrase');
  return isNew ? await askNew('Passphrase') : await askHidden('Passphrase: ');
}

/**
 * The file that a copy is written to. SECURITY: who means a pipe by `-` gets no file of that name with the key in it.
 */
export function toTarget(path: string): string {
  if (path === '-') throw usageError('A copy is written to a file, and - is none: give its path.');
  return resolve(path);
}

/** A copy to verify: a file, or with path - words or a key from standard input. */
export async function readVerifiable(
  path: string,
  question = 'Words or key: ',
): Promise<{ path: string } | { text: string }> {
  if (path === '-') return { text: hasTerminal() ? await askHidden(question) : await readStdinText() };
  if (!isThere(path))
    throw new CommandError('not_found', `There is no file ${path}. If it is on a drive, plug the drive in.`);
  return { path: resolve(path) };
}

/** A copy for unlocking or rescuing: a file, or words and keys from standard input. */
export async function readHanded(
  invocation: Invocation,
  path: string,
): Promise<Body<'/vault/recovery/rescue', 'post'>> {
  const given = await readVerifiable(path);
  if ('text' in given) return { method: 'words', words: given.text };
  return {
    method: 'path',
    path: given.path,
    ...(invocation.values['passphrase-stdin'] ? { passphrase: await readStdinLine() } : {}),
  };
}

/** Sends a copy; asks for its passphrase if one is needed and there is a terminal. */
export async function sendCopy<Copy, T>(copy: Copy, send: (copy: Copy) => Promise<T>): Promise<T> {
  try {
    return await send(copy);
  } catch (error) {
    if (!(error instanceof CommandError) || error.code !== 'passphrase_required' || !hasTerminal())
      throw explainWords(error);
    return await send({ ...copy, passphrase: await askHidden('Passphrase: ') });
  }
}
