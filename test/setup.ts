import { afterAll, vi } from 'vitest';

/** A worker runs several files: what one puts in the place of a global is gone before the next. */
afterAll(() => {
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
});
