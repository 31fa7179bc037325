import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
/** Its instructions, without comments, a continued one in one line. */
const instructions = read('Containerfile')
  .replaceAll(/^#.*\n/gm, '')
  .replaceAll('\\\n', ' ')
  .split('\n')
  .filter((line) => line !== '');
const find = (name: string) => instructions.filter((line) => line.startsWith(`${name} `));

/** What can be seen of the image without building it; `npm run try:container` builds and tries it. */
describe('the Containerfile', () => {
  it('copies files that exist and are not left out, and runs scripts that exist', () => {
    const ignored = read('.dockerignore').trim().split('\n');
    const copied = [
      ...find('COPY').filter((line) => !line.includes('--from=')),
      ...find('RUN').flatMap((line) => line.match(/(?<= )resources\/\S+/g) ?? []),
    ].flatMap((line) => line.match(/(?<=^| )(?:resources|package)[\w./-]*/g) ?? []);
    expect(copied).toContain('resources/container/temps-desktop');
    for (const path of copied) {
      expect(existsSync(join(root, path)), path).toBe(true);
      expect(ignored).not.toContain(path.split('/')[0]);
    }
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const names = find('RUN').flatMap((line) => [...line.matchAll(/npm run (\S+)/g)].map(([, name]) => name));
    expect(names).toEqual(['api-types', 'build', 'build:desktop']);
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(names));
  });

  it('takes no key, data or build of this machine along', () => {
    expect(read('.dockerignore').split('\n')).toEqual(
      expect.arrayContaining(['.git', 'node_modules', 'dist']),
    );
    expect(find('ARG').map((line) => line.split(/[ =]/)[1])).toEqual(['BUILD_IMAGE', 'RUN_IMAGE']);
  });

  it('ends as a user who is not root, with the key from outside', () => {
    const last = instructions.findLastIndex((line) => line.startsWith('FROM '));
    expect(instructions.slice(last)).toEqual(
      expect.arrayContaining([
        'USER 10001:10001',
        'VOLUME /data',
        'ENV TEMPS_DATA_DIR=/data TEMPS_ENCRYPTION_KEY_FILE=/run/secrets/temps-key',
        'CMD ["serve", "--custody", "external"]',
      ]),
    );
  });
});
