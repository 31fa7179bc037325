import { useSyncExternalStore } from 'react';
import { desktop } from '../desktop.ts';
import { keptInBrowser } from '../ui/browser-storage.ts';

/** Light, dark, or the system's theme. Stored in this browser only; the desktop stores its own. */
export type Theme = 'system' | 'light' | 'dark';
const STORAGE_KEY = 'theme';
const listeners = new Set<() => void>();

export function readTheme(): Theme {
  const kept = keptInBrowser.read(STORAGE_KEY);
  return kept === 'light' || kept === 'dark' ? kept : 'system';
}

export function applyTheme(): void {
  const theme = readTheme();
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

export function setTheme(theme: Theme): void {
  keepTheme(theme);
  void desktop?.setTheme({ theme });
}

/** The desktop window keeps no storage after it closes, so the theme comes from the desktop. */
export async function restoreTheme(): Promise<void> {
  if (desktop) keepTheme((await desktop.describe()).theme);
}

function keepTheme(theme: Theme): void {
  keptInBrowser.write(STORAGE_KEY, theme);
  applyTheme();
  for (const listener of listeners) listener();
}

export function useTheme(): Theme {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, readTheme);
}
