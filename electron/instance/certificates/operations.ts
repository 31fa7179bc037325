import { declareOperations, operation } from '../audit/operation.ts';
import { say } from '../audit/sentence.ts';

export const certificateOperations = declareOperations({
  LOCAL_AUTHORITY_CREATED: operation<{ sha256: string }>(
    'Certificate authority created',
    () => say`Created a local certificate authority`,
  ),
  LOCAL_AUTHORITY_REPLACED: operation<{ sha256: string }>(
    'Certificate authority replaced',
    () => say`Replaced the local certificate authority by the one announced before`,
  ),
});
