import { useSyncExternalStore } from 'react';
import { desktop } from '../desktop.ts';

/** Light, dark, or as the system has it. Kept in this browser alone; the desktop window's is kept by the desktop. */
export type Theme = 'system' | 'light' | 'dark';
const STORAGE_KEY = 'theme';
const listeners = new Set<() => void>();

export function readTheme(): Theme {
  const kept = localStorage.getItem(STORAGE_KEY);
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

/** The window forgets all it held when it closes: what it looked like is asked of the desktop. */
export async function restoreTheme(): Promise<void> {
  if (desktop) keepTheme((await desktop.describe()).theme);
}

function keepTheme(theme: Theme): void {
  localStorage.setItem(STORAGE_KEY, theme);
  applyTheme();
  for (const listener of listeners) listener();
}

export function useTheme(): Theme {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, readTheme);
}
