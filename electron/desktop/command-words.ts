/** The commands of the command line, which the desktop's program answers to as well. */
export const commandWords = [
  'serve',
  'console',
  'status',
  'doctor',
  'audit',
  'admin',
  'token',
  'projects',
  'env',
  'run',
  'key',
] as const;

/** The command these words begin with, options before it left aside; null when the window is meant. */
export function findCommand(words: readonly string[]): (typeof commandWords)[number] | null {
  const first = words.find((word, at) => !word.startsWith('-') && words[at - 1] !== '--data-dir');
  return commandWords.find((word) => word === first) ?? null;
}
