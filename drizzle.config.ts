import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'sqlite',
  // Every room that has tables: a new one is found by itself.
  schema: ['./electron/instance/*/schema.ts', './electron/instance/store/instance-table.ts'],
  out: './electron/instance/store/migrations',
});
