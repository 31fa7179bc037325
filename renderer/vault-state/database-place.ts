/**
 * What a copy of the key leaves open until there is a place for backups, in the same words wherever it is asked: in the
 * first run and on Home.
 */
export const WHERE_DATABASE = 'And where does the database go?';
export const WHY_DATABASE = 'A backup has everything but the key. It needs a place that is not this disk.';
/** Of the button that leads to the answer. */
export const CHOOSE_PLACE = 'Choose a place';
