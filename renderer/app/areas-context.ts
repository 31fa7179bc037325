import { createContext, use } from 'react';
import type { Area } from './area.ts';

/**
 * The areas, for what is inside one of them: a page that imported `renderer/areas.ts` would import, by way of the
 * list, itself.
 */
export const AreasContext = createContext<readonly Area[]>([]);

export const useAreas = () => use(AreasContext);
