/** What a start at login is told: no window, only the tray. */
export const HIDDEN_ARGUMENT = '--hidden';
