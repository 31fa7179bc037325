import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandLineEnv } from '../../command-line-env.ts';
import { readRealFile, realFiles } from '../../env-files/real-files.ts';
import { askAsOwner, type Served, serve, temps } from '../terminal.ts';

let dataDir: string;
let served: Served;
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'temps-run-files-'));
  served = await serve(dataDir);
});
afterAll(async () => {
  await served.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const printAll = ['-e', 'process.stdout.write(JSON.stringify(process.env))'];
/** Byte for byte, what a program has besides the variables of its project. */
let usual: Record<string, string>;

describe('a program that is run with the .env file of a public project', () => {
  it('gets no more than its own environment where there is no variable', async () => {
    await askAsOwner(served.socket, 'POST', '/api/projects', { name: 'empty' });
    usual = JSON.parse(temps(dataDir, ['run', '-p', 'empty', '--', process.execPath, ...printAll]).out);
    expect(Object.keys(usual).sort()).toEqual(
      expect.arrayContaining(
        Object.keys(commandLineEnv(dataDir))
          .filter((name) => !/^TEMPS_/.test(name))
          .sort(),
      ),
    );
  });

  it.each(realFiles)('$project: gets exactly its values', async (known) => {
    const project = known.file.replace('.env', '');
    await askAsOwner(served.socket, 'POST', '/api/projects', { name: project });
    await askAsOwner(served.socket, 'POST', `/api/projects/${project}/variables/import`, {
      content_base64: readRealFile(known).toString('base64'),
      on_error: 'collect',
    });
    const { code, out } = temps(dataDir, ['run', '-p', project, '--', process.execPath, ...printAll]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({ ...usual, ...known.values });
  });
});
