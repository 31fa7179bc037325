/** Where the browser refuses the clipboard: the text is selected, so that one key copies it. */
export const SELECTED_INSTEAD =
  'The browser does not allow clipboard access. The text is selected: copy it yourself.';

export function selectText(shown: Element | null): void {
  if (shown) getSelection()?.selectAllChildren(shown);
}

/**
 * Copies a text that is no secret and is shown in `shown`. Returns whether it is on the clipboard now; otherwise it is selected
 * there.
 */
export async function copyShownText(text: string, shown: Element | null): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    selectText(shown);
    return false;
  }
}
