/** What other programs call the same. */
const synonyms: readonly (readonly string[])[] = [
  ['list', 'ls', 'all'],
  ['rm', 'delete', 'remove', 'del', 'unset'],
  ['get', 'show', 'print', 'read', 'cat'],
  ['set', 'add', 'put'],
  ['create', 'new', 'add', 'make'],
  ['rename', 'mv', 'move'],
  ['copy', 'cp'],
  ['env', 'vars', 'variables', 'secrets', 'environment'],
  ['run', 'exec'],
  ['serve', 'start', 'server', 'up'],
  ['deploy', 'release', 'ship'],
  ['deployments', 'releases'],
  ['apps', 'containers', 'services', 'ps'],
  ['status', 'info', 'show'],
  ['users', 'people', 'members'],
];

/** How many letters differ: added, left out, replaced, or two of them exchanged. */
export function countEdits(from: string, to: string): number {
  let before: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let at = 1; at <= to.length; at++) {
      const isSame = from[row - 1] === to[at - 1];
      let least = Math.min(
        (last[at] as number) + 1,
        (current[at - 1] as number) + 1,
        (last[at - 1] as number) + (isSame ? 0 : 1),
      );
      if (row > 1 && at > 1 && from[row - 1] === to[at - 2] && from[row - 2] === to[at - 1])
        least = Math.min(least, (before[at - 2] as number) + 1);
      current.push(least);
    }
    [before, last] = [last, current];
  }
  return last[to.length] as number;
}

/** The word that was meant by another one; null where none is near. */
export function findMeant(given: string, known: readonly string[]): string | null {
  // Where it is long enough to be more than a coincidence.
  const mistakes = given.length < 4 ? 1 : given.length < 8 ? 2 : 3;
  const near = known
    .map((word) => ({ word, edits: countEdits(given.toLowerCase(), word) }))
    .filter(({ word, edits }) => edits <= mistakes && edits < word.length)
    .sort((one, other) => one.edits - other.edits);
  // A synonym is more than a word that is merely spelled like it; a slip of one letter is more than both.
  if (near[0]?.edits === 1 && given.length > 2) return near[0].word;
  const same = synonyms
    .filter((words) => words.includes(given.toLowerCase()))
    .flat()
    .find((word) => known.includes(word));
  if (same !== undefined) return same;
  const starts = given.length < 2 ? [] : known.filter((word) => word.startsWith(given.toLowerCase()));
  return (starts.length === 1 ? starts[0] : near[0]?.word) ?? null;
}
