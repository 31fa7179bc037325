export const trashKinds = ['variables', 'environment', 'project'] as const;
/** What was deleted at once. */
export type TrashKind = (typeof trashKinds)[number];
