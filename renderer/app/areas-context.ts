import { createContext, use } from 'react';
import type { Area } from './area.ts';

/**
 * The areas, for components inside an area: importing `renderer/areas.ts` from a page would be a circular import.
 */
export const AreasContext = createContext<readonly Area[]>([]);

export const useAreas = () => use(AreasContext);
