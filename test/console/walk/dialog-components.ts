import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const RENDERER = join(import.meta.dirname, '../../../renderer');
/** What a dialog is made of: a file that shows one of these has a dialog of its own. */
const FRAMES =
  /<(?:FormDialog|ConfirmDialog|Dialog|DialogFrame|ShownOnce|Cover|(?:Radix)?Dialog\.Content)\s/g;

/**
 * Every component of the console that shows a dialog, as "backups/schedules.tsx RemoveScheduleDialog". Not those of ui/, which
 * are what dialogs are made of, but for the question it asks itself.
 */
export function listDialogComponents(): string[] {
  const found = new Set<string>();
  for (const file of globSync('**/*.tsx', { cwd: RENDERER })) {
    const text = readFileSync(join(RENDERER, file), 'utf8');
    for (const { index } of text.matchAll(FRAMES)) {
      const component = [...text.slice(0, index).matchAll(/^(?:export )?function (\w+)/gm)].at(-1)?.[1];
      if (!file.startsWith('ui/') || component === 'Discard') found.add(`${file} ${component}`);
    }
  }
  return [...found].toSorted();
}
