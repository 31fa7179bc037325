import { useShortcut } from './shortcuts.ts';

/** Ctrl or Cmd S saves this page's form instead of the browser's action. Null: nothing to save. */
export function useSaveKey(save: (() => void) | null): void {
  useShortcut('save', save);
}
