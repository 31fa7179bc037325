import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const read = (path: string) => readFileSync(join(import.meta.dirname, '../..', path), 'utf8');
const workflow = read('.github/workflows/ci.yml');

/** What can be seen of the public workflow without running it. */
describe('the public workflow', () => {
  it('runs scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const names = new Set([...workflow.matchAll(/npm run (?!-)([\w:-]+)/g)].map(([, name]) => name));
    expect([...names]).toEqual(
      expect.arrayContaining(['smoke', 'package', 'package:adhoc', 'try:container', 'api-types', 'build']),
    );
    for (const name of names) expect(scripts).toHaveProperty([name as string]);
  });

  it('keeps every kind of package, and what an update reads of them: feed files and block maps', () => {
    const kept = [...workflow.matchAll(/^ +dist\/packages\/(\S*\*\S*)$/gm)].map(([, pattern]) => pattern);
    const targets = [...read('electron-builder.yml').matchAll(/^ {2}target: \[(.*)\]$/gm)].flatMap(
      ([, list]) => (list as string).split(', ').map((target) => `*.${target === 'nsis' ? 'exe' : target}`),
    );
    expect(targets).toHaveLength(6);
    expect(kept.sort()).toEqual([...targets, '*.blockmap', 'latest*.yml'].sort());
  });

  it("tries each system's packaged program under the name that its package gives to the command line", () => {
    const programs = [...workflow.matchAll(/program: (\S+)/g)].map(([, path]) => path);
    expect(programs).toHaveLength(5);
    const config = read('electron-builder.yml');
    expect(config).toMatch(/resources\/mac\/temps-desktop\n\s*to: bin\/temps-desktop/);
    expect(config).toMatch(/resources\/windows\/temps-desktop\.cmd\n\s*to: temps-desktop\.cmd/);
    for (const path of programs) expect(path).toMatch(/\/temps-desktop(\.cmd)?$/);
  });
});
