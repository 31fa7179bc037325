import { existsSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createUploads, type Uploads } from '../../../../electron/instance/backups/restore/uploads.ts';
import { openTestContext, type TestContext } from '../../../context.ts';
import { listScratch } from '../../../folders.ts';

const HOUR_MS = 60 * 60 * 1000;

describe('an upload', () => {
  let test: TestContext;
  let uploads: Uploads;
  const isHere = () => listScratch(test.dataDir).includes('upload');
  beforeEach(() => {
    test = openTestContext();
    uploads = createUploads(test);
  });
  afterEach(() => test.close());

  it('is deleted once nobody has wanted it for an hour, and not taken up again', async () => {
    const { id } = await uploads.begin('backup.tar', 1000);
    test.clock.advance(HOUR_MS);
    await uploads.dropOld();
    expect(isHere()).toBe(true);
    test.clock.advance(1);
    await expect(uploads.append(id, 0, Buffer.alloc(512))).rejects.toMatchObject({ code: 'not_found' });
    await uploads.dropOld();
    expect(isHere()).toBe(false);
  });

  it('is written through no link, and a drop of another leaves it alone', async () => {
    const elsewhere = join(tmpdir(), `temps-elsewhere-${process.pid}`);
    const scratch = join(test.dataDir, 'scratch');
    symlinkSync(elsewhere, scratch);
    await expect(uploads.begin('backup.tar', 1000)).rejects.toMatchObject({ code: 'data_dir_unusable' });
    expect(existsSync(elsewhere)).toBe(false);
    rmSync(scratch);
    await uploads.begin('backup.tar', 1000);
    await uploads.drop('another');
    expect(isHere()).toBe(true);
  });
});
