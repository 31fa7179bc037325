/** Argument of a start at login: no window, only the tray. */
export const HIDDEN_ARGUMENT = '--hidden';
