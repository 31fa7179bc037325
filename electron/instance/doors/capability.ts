import type { Capability } from '../kernel/capability.ts';
import { doorRoutes } from './door-routes.ts';
import type { Doors } from './doors.ts';

/** Where the instance answers. The doors themselves are opened and closed by the instance. */
export function doorsCapability(findDoors: () => Doors | null): Capability {
  return {
    name: 'doors',
    resources: {},
    operations: {},
    routes: doorRoutes(findDoors),
  };
}
