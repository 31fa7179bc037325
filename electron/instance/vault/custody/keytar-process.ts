import { answerRequests } from '../../kernel/answer-requests.ts';
import { answerKeytarRequest, keytarProgram } from './keytar-call.ts';

answerRequests(keytarProgram, answerKeytarRequest);
