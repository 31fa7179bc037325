import bcrypt from 'bcryptjs';
import { answerRequests } from '../../kernel/answer-requests.ts';
import { passwordProgram } from './passwords.ts';

// Synchronous on purpose: this thread does nothing else, and the event loop is on another.
answerRequests(passwordProgram, ({ password, with: means }) => {
  if ('cost' in means) return bcrypt.hashSync(password, means.cost);
  try {
    return bcrypt.compareSync(password, means.hash);
  } catch {
    // An unreadable hash compares to nothing.
    return false;
  }
});
