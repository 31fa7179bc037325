import bcrypt from 'bcryptjs';
import { answerRequests } from '../../kernel/answer-requests.ts';
import { passwordProgram } from './passwords.ts';

/** bcrypt's own measure: 2¹² rounds, about a quarter of a second. */
const COST = 12;

// Synchronous on purpose: this thread does nothing else, and the event loop is on another.
answerRequests(passwordProgram, ({ password, hash }) => {
  if (hash === null) return bcrypt.hashSync(password, COST);
  try {
    return bcrypt.compareSync(password, hash);
  } catch {
    // An unreadable hash compares to nothing.
    return false;
  }
});
