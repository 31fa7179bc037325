/** As the instance stores addresses. */
export const normalizeEmail = (text: string): string => text.normalize('NFC').trim().toLowerCase();
