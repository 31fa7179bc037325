import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const RENDERER = join(import.meta.dirname, '../../../renderer');

/** Every page that an area declares, of this project. */
export function listPages(project: string): string[] {
  const texts = globSync('*/area.tsx', { cwd: RENDERER }).map((file) =>
    readFileSync(join(RENDERER, file), 'utf8'),
  );
  const paths = texts.flatMap((text) =>
    [...text.matchAll(/\bpath: '([^']+)'/g)].map(([, path]) => path as string),
  );
  return [...new Set(paths)]
    .map((path) => path.replace('$project', project).replace('$deployment', '1'))
    .toSorted();
}
