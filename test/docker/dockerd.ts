import { requires } from '../requires.ts';
import { canStartEngine } from './engine.ts';

export { APP_IMAGE, startEngine, type TestEngine } from './engine.ts';

/** A test that needs Docker Engine: Debian's, started by the test as root, beside nothing else. */
export const it = requires(
  'Docker Engine',
  canStartEngine(),
  'needs root and Debian’s docker.io and busybox-static',
);
