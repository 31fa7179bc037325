/** A rectangle of the desktop, in its pixels. */
export interface Place {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Smallest window size the console is designed for. */
export const MINIMUM = { width: 900, height: 600 } as const;
export const FIRST = { width: 1280, height: 800 } as const;
/** How much of the title bar must be on a screen so that it can be dragged back. */
const GRASP = { width: 120, height: 32 } as const;

/**
 * The window's position: the last one, or the middle of the first screen if the screens changed and it would be out
 * of reach or does not fit. `workAreas` are the screens without panels, the main one first.
 */
export function choosePlace(saved: Place | null, workAreas: readonly Place[]): Place {
  const [main] = workAreas;
  if (!main) return { x: 0, y: 0, ...FIRST };
  const area = saved && workAreas.find((screen) => canBeGrasped(saved, screen));
  if (saved && area) {
    const width = clamp(saved.width, MINIMUM.width, area.width);
    const height = clamp(saved.height, MINIMUM.height, area.height);
    return {
      x: clamp(saved.x, area.x, Math.max(area.x, area.x + area.width - width)),
      y: clamp(saved.y, area.y, Math.max(area.y, area.y + area.height - height)),
      width,
      height,
    };
  }
  const width = Math.min(saved?.width ?? FIRST.width, main.width);
  const height = Math.min(saved?.height ?? FIRST.height, main.height);
  return {
    x: main.x + Math.round((main.width - width) / 2),
    y: main.y + Math.round((main.height - height) / 2),
    width,
    height,
  };
}

/** Whether its title bar can be dragged on one of the screens, where it is no larger than that screen. */
export function isReachable(place: Place, workAreas: readonly Place[]): boolean {
  return workAreas.some(
    (area) => canBeGrasped(place, area) && place.width <= area.width && place.height <= area.height,
  );
}

function canBeGrasped(place: Place, screen: Place): boolean {
  const right = Math.min(place.x + place.width, screen.x + screen.width);
  const left = Math.max(place.x, screen.x);
  return (
    right - left >= GRASP.width && place.y >= screen.y && place.y + GRASP.height <= screen.y + screen.height
  );
}

/** The maximum wins if a screen is smaller than the minimum. */
function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
