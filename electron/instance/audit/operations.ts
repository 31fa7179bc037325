import { bareOperation, declareOperations, operation } from './operation.ts';
import { say } from './sentence.ts';

/** What the instance itself notes, and the reading of the log. */
export const auditOperations = declareOperations({
  INSTANCE_STARTED: operation<{ vault: string }>('Instance started', ({ vault }) =>
    vault === 'running' || vault === 'first' ? say`Started` : say`Started, with the vault locked`,
  ),
  AUDIT_EXPORTED: bareOperation('Activity exported', () => say`Exported the activity`),
});
