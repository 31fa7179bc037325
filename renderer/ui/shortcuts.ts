import { useEffect, useRef, useSyncExternalStore } from 'react';
import { isPageCovered } from './cover.ts';

interface Shortcut {
  /** As `KeyboardEvent.key`, in lower case. */
  key: string;
  /** With Ctrl, or Cmd. */
  isWithModifier: boolean;
  /** What it does, for the list. */
  words: string;
  /** Also while a field has the focus: a key that is no text. */
  isInFields: boolean;
}

/** The one list of keyboard shortcuts: what they are, and what `?` tells of them. */
export const shortcuts = {
  palette: {
    ...{ key: 'k', isWithModifier: true, isInFields: true },
    words: 'Search names, pages and commands',
  },
  search: { key: '/', isWithModifier: false, isInFields: false, words: 'Search this page' },
  clear: { key: 'escape', isWithModifier: false, isInFields: true, words: 'Clear the search, in its field' },
  save: { key: 's', isWithModifier: true, isInFields: true, words: 'Save this page' },
  saveValue: {
    ...{ key: 's', isWithModifier: true, isInFields: true },
    words: 'Save the new value, in its field',
  },
  review: {
    ...{ key: 's', isWithModifier: true, isInFields: true },
    words: 'Review and save the text, in its field',
  },
  submit: { key: 'enter', isWithModifier: true, isInFields: true, words: 'Save what the dialog or form has' },
  compare: { key: 'enter', isWithModifier: true, isInFields: true, words: 'Compare the pasted text' },
  help: { key: '?', isWithModifier: false, isInFields: false, words: 'List the keyboard shortcuts' },
} as const satisfies Record<string, Shortcut>;
export type ShortcutName = keyof typeof shortcuts;

export const isMac = /Mac|iPhone|iPad/.test(navigator.platform);

/** "Ctrl K", "⌘ K", "/". */
export function sayKeys(name: ShortcutName): string {
  const { key, isWithModifier } = shortcuts[name];
  const shown = key === 'escape' ? 'Esc' : key === 'enter' ? 'Enter' : key.toUpperCase();
  return isWithModifier ? `${isMac ? '⌘' : 'Ctrl'} ${shown}` : shown;
}

/** For `aria-keyshortcuts`. */
export function ariaKeys(name: ShortcutName): string {
  const { key, isWithModifier } = shortcuts[name];
  return isWithModifier ? `${isMac ? 'Meta' : 'Control'}+${key.toUpperCase()}` : key;
}

interface Pressed {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
}

export function isShortcut(event: Pressed, name: ShortcutName): boolean {
  const { key, isWithModifier }: Shortcut = shortcuts[name];
  if (event.key.toLowerCase() !== key || event.altKey) return false;
  if (isWithModifier) return (event.ctrlKey || event.metaKey) && !event.shiftKey;
  return !event.ctrlKey && !event.metaKey;
}

/** How many of the page's parts answer to each. */
const answering = new Map<ShortcutName, number>();
const listeners = new Set<() => void>();
let listed: readonly ShortcutName[] = [];

function count(name: ShortcutName, by: 1 | -1): void {
  answering.set(name, (answering.get(name) ?? 0) + by);
  listed = (Object.keys(shortcuts) as ShortcutName[]).filter((each) => (answering.get(each) ?? 0) > 0);
  for (const listener of listeners) listener();
}

/** The shortcuts that do something now, in the order of the list. */
export function useShortcutsNow(): readonly ShortcutName[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => listed,
  );
}

/** Lists a shortcut that a field answers to by itself. */
export function useListedShortcut(name: ShortcutName, isOn = true): void {
  useEffect(() => {
    if (!isOn) return;
    count(name, 1);
    return () => count(name, -1);
  }, [name, isOn]);
}

/** Does something at a key, wherever the focus is, and lists it. Null: not now. */
export function useShortcut(name: ShortcutName, run: (() => void) | null): void {
  const latest = useRef(run);
  latest.current = run;
  const isOn = run !== null;
  useListedShortcut(name, isOn);
  useEffect(() => {
    if (!isOn) return;
    const onKey = (event: KeyboardEvent) => {
      if (!isShortcut(event, name) || (!shortcuts[name].isInFields && isField(event.target))) return;
      event.preventDefault();
      // Keys pressed at the lock are for nothing beneath it.
      if (!event.repeat && !isPageCovered()) latest.current?.();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [name, isOn]);
}

/** Elements in which keys are text or belong to an open overlay. */
export function isField(target: EventTarget | null): boolean {
  return (
    target instanceof Element &&
    target.closest(
      'input, textarea, select, [contenteditable], [role="dialog"], [role="alertdialog"], [role="menu"], [role="listbox"]',
    ) !== null
  );
}
