/**
 * From the root, of a drive or share of Windows, of a home folder, or from the current folder, in the spelling of any system: what is typed
 * here may come from another one.
 */
const PATH = /^(?:[/\\]|[a-z]:(?:[/\\]|$)|\.{1,2}(?:[/\\]|$)|~[^/\\\s]*(?:[/\\]|$)|file:)/i;

/** Whether someone typed a path where they are asked to say in words where something lies. */
export const looksLikePath = (text: string): boolean => PATH.test(text.trim());
