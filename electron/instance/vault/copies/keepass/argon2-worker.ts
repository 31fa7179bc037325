import { answerRequests } from '../../../kernel/answer-requests.ts';
import { argon2Program, deriveArgon2 } from './argon2.ts';

// Synchronous on purpose: this thread does nothing else, and the event loop is on another.
answerRequests(argon2Program, deriveArgon2);
