/**
 * The bridge to the desktop window, or its absence. In a browser there is none: what needs it says so and offers
 * the nearest thing.
 */
export const desktop = null;
