/** Index of every capability's tables: what drizzle-kit generates migrations from. */
export * from '../audit/schema.ts';
export * from '../certificates/schema.ts';
export * from '../identity/schema.ts';
export * from '../projects/schema.ts';
export * from '../settings/schema.ts';
export * from '../vault/schema.ts';
export * from './instance-table.ts';
