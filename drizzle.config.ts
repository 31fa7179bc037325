import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'sqlite',
  schema: './electron/instance/store/schema.ts',
  out: './electron/instance/store/migrations',
});
