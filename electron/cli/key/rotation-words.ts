import type { Schemas } from '../api-request.ts';

/** The steps of a rotation, in words. */
export const rotationWords: Record<Schemas['KeyRotationState'], string> = {
  staged: 'new key created',
  proven: 'new key confirmed',
  sealing: 'encrypting',
  done: 'done',
  undone: 'undone',
};
