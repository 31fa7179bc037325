import { type BusService, openBusService } from '../../bus-service.ts';

const WATCHER = 'org.kde.StatusNotifierWatcher';

/** Makes a session bus one of a desktop that shows tray icons, until what is returned is called. */
export async function ownTrayHost(address: string): Promise<() => void> {
  const { leave } = await openTrayWatcher(address, () => true);
  return leave;
}

/** The program that programs with a tray icon look for, and whether anything shows icons for it now. */
export function openTrayWatcher(address: string, hasHost: () => boolean): Promise<BusService> {
  return openBusService(address, WATCHER, (member) =>
    member === 'Get' ? ['v', ['b', hasHost()]] : undefined,
  );
}
