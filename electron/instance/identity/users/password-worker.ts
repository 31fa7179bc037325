import bcrypt from 'bcryptjs';
import { answerRequests } from '../../kernel/answer-requests.ts';
import { GUESSABLE, passwordProgram } from './passwords.ts';

// Synchronous on purpose: this thread does nothing else, and the event loop is on another.
answerRequests(passwordProgram, async ({ password, with: means }) => {
  if ('cost' in means) {
    // Loaded for a new password alone: signing in does not wait for the dictionaries.
    const { judgeStrength } = await import('../../vault/custody/passphrase-strength.ts');
    const { level } = judgeStrength(password, means.names, 'account');
    return level === 'good' || level === 'strong' ? bcrypt.hashSync(password, means.cost) : GUESSABLE;
  }
  try {
    return bcrypt.compareSync(password, means.hash);
  } catch {
    // An unreadable hash compares to nothing.
    return false;
  }
});
