/** A window as the program's end sees it. */
export interface OpenWindow {
  /** As when its user closes it; false when that was refused. */
  askToClose(): boolean;
  /** Closed without asking anyone. */
  end(): void;
}

const windows: OpenWindow[] = [];
const followers: (() => void)[] = [];

/** The windows there are, oldest first. */
export const openWindows = (): readonly OpenWindow[] => [...windows];

export function addWindow(window: OpenWindow): void {
  windows.push(window);
}

export function removeWindow(window: OpenWindow): void {
  const at = windows.indexOf(window);
  if (at < 0) return;
  windows.splice(at, 1);
  if (windows.length === 0) for (const follower of followers) follower();
}

export function onLastClosed(follower: () => void): void {
  followers.push(follower);
}
