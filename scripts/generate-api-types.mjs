// Writes the types of the API's every path, from the description the routes themselves give: for the console and for
// the command line, neither of which reads the other's files; and what capabilities declare in words, for the console.
// Runs on Node 24 (`npm run api-types`); `npm start` and
// `npm test` run it when the instance changed.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import openapiTS, { astToString } from 'openapi-typescript';
import { createOwner } from '../electron/instance/doors/socket-door.ts';
import { openInstance } from '../electron/instance/instance.ts';
import { apiTypes, apiWords, root } from './set-up.mjs';

const dataDir = mkdtempSync(join(tmpdir(), 'temps-api-types-'));
const instance = await openInstance({ dataDir, custody: 'file' });
try {
  const request = new Request('http://localhost/api/openapi.json');
  const answer = await instance.fetch(request, createOwner('socket', Date.now()));
  const document = await answer.json();
  const types = astToString(await openapiTS(document, { defaultNonNullable: false }));
  for (const file of apiTypes) writeFileSync(join(root, file), types);
  writeFileSync(
    join(root, apiWords),
    `/** What the instance's capabilities declare, in words. Generated; see scripts/generate-api-types.mjs. */\nexport const words = ${JSON.stringify(document['x-words'], null, 2)} as const;\n`,
  );
} finally {
  await instance.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
