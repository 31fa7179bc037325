import type { Schemas } from '../api-request.ts';
import { formatCount } from '../command.ts';

/** The steps of a rotation, in words. */
const rotationWords: Record<Schemas['KeyRotationState'], string> = {
  staged: 'new key created',
  proven: 'new key confirmed',
  sealing: 'encrypting',
  done: 'done',
  undone: 'undone',
};

/** "encrypting, 120 of 3,000 values": what it encrypts are values, those that secrets had before too. */
export const describeRotation = ({ state, moved, total }: Schemas['KeyRotation']): string =>
  `${rotationWords[state]}, ${moved} of ${formatCount(total, 'value')}`;
