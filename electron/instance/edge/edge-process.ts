import { answerRequests } from '../kernel/answer-requests.ts';
import { type EdgeAnswer, type EdgeRequest, edgeProgram } from './edge-program.ts';
import { type EdgeServer, openEdgeServer } from './server.ts';

let server: EdgeServer | null = null;

answerRequests(edgeProgram, async (request) => {
  const refused = request.do === 'listen' ? await listen(request) : null;
  if (request.do === 'serve') server?.serve(request.table, request.leaf);
  if (request.do === 'cut') server?.cut(request.target);
  return {
    port: server?.port ?? null,
    table: server?.table ?? null,
    open: request.do === 'count' ? (server?.count(request.target) ?? 0) : 0,
    refused,
  } satisfies EdgeAnswer;
});

/** The system's code, where the port cannot be opened. */
async function listen({ port, table, leaf }: EdgeRequest & { do: 'listen' }): Promise<string | null> {
  try {
    await server?.close();
    server = null;
    server = await openEdgeServer(port, table, leaf);
    return null;
  } catch (error) {
    const { code } = error as { code?: unknown };
    // What has no code is a fault of this program, and ends it.
    if (typeof code !== 'string') throw error;
    return code;
  }
}

/**
 * SECURITY: the last resort. Every callback of ours ends its own exchange when something is thrown; what is thrown within a library
 * because of what one app sends must not take all the others down. Nothing here outlives an exchange that could be damaged by
 * it: the table and the leaf are replaced as a whole.
 */
process.on('uncaughtException', () => undefined);
process.on('unhandledRejection', () => undefined);
