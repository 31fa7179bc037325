import { answerRequests } from '../../kernel/answer-requests.ts';
import { keytarProgram, performKeytarCall } from './keytar-call.ts';

answerRequests(keytarProgram, performKeytarCall);
