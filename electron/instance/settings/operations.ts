import { declareOperations, operation } from '../audit/operation.ts';
import { say } from '../audit/sentence.ts';

export const settingsOperations = declareOperations({
  SETTINGS_UPDATED: operation<Record<string, unknown>>('Settings changed', () => say`Changed the settings`),
});
