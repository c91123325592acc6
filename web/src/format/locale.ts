/** The reader's language and zone, read once. */
export const readerLocale: string = globalThis.navigator?.language ?? 'en';
export const readerZone: string = Intl.DateTimeFormat().resolvedOptions().timeZone;
