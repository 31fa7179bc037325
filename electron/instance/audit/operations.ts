import { bareOperation, declareOperations, operation } from './operation.ts';
import { countOf, say } from './sentence.ts';

/** What the instance itself notes, and the reading of the log. */
export const auditOperations = declareOperations({
  INSTANCE_STARTED: operation<{ vault: string }>('Instance started', ({ vault }) =>
    vault === 'running' || vault === 'first' ? say`Started` : say`Started, with the vault locked`,
  ),
  DATABASE_MIGRATED: operation<{ from: number; to: number; snapshot: string | null }>(
    'Database migrated',
    ({ snapshot }) =>
      typeof snapshot === 'string'
        ? say`Brought the database to this version, and kept it as it was before in ${snapshot}`
        : say`Brought the database to this version, without a snapshot of it as it was before`,
  ),
  AUDIT_SHORTENED: operation<{ count: number }>(
    'Activity shortened',
    ({ count }) => say`Removed ${countOf(count, 'line')} older than the settings keep`,
  ),
  LINES_LEFT_OUT: operation<{ operations: Record<string, number> }>(
    'Lines left out',
    ({ operations }) =>
      say`Left out ${countOf(sum(operations), 'line')}: too many at once, or not written in time`,
  ),
  AUDIT_EXPORTED: bareOperation('Activity exported', () => say`Exported the activity`),
});

function sum(counts: unknown): number {
  if (typeof counts !== 'object' || counts === null) return 0;
  return Object.values(counts).reduce((all, count) => all + (typeof count === 'number' ? count : 0), 0);
}
