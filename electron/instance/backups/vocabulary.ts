export const destinationKinds = ['folder', 's3'] as const;
export type DestinationKind = (typeof destinationKinds)[number];

/** `stored`: all of it is there. `confirmed`: all of it was read back. `failed`: it does not count. */
export const backupStates = ['stored', 'confirmed', 'failed'] as const;
export type BackupState = (typeof backupStates)[number];

export const drillResults = ['passed', 'failed'] as const;
export type DrillResult = (typeof drillResults)[number];

/** What a person said of another writer: its computer is gone; or its backups are this one's too. */
export const writerVerdicts = ['gone', 'adopted'] as const;
export type WriterVerdict = (typeof writerVerdicts)[number];

/**
 * What became of the computer that made a restored backup. `same`: it is this one. `gone`: it does not come back. `runs`: it still
 * runs, so this one leaves alone what two would do twice.
 */
export const oldComputers = ['same', 'gone', 'runs'] as const;
export type OldComputer = (typeof oldComputers)[number];
