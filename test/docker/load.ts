import { Agent, request as httpsRequest } from 'node:https';

interface Aim {
  port: number;
  /** PEM. */
  ca: string;
  /** Name of the app. */
  host: string;
  connections: number;
}

/** Requests without pause over connections that are kept, until it is ended. */
export function startLoad({ port, ca, host, connections }: Aim) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections, ca });
  const counts = { good: 0, versions: new Map<string, number>(), failures: [] as string[] };
  let isOver = false;
  const once = () =>
    new Promise<void>((resolve) => {
      const fail = (why: string) => {
        counts.failures.push(why);
        resolve();
      };
      const sent = httpsRequest(
        { host: '127.0.0.1', port, servername: host, agent, headers: { host: `${host}:${port}` } },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (chunk: string) => {
            text += chunk;
          });
          response.on('error', (error) => fail(`answer: ${error.message}`));
          response.on('end', () => {
            if (response.statusCode !== 200)
              return fail(`status ${response.statusCode}: ${text.slice(0, 80)}`);
            counts.good += 1;
            counts.versions.set(text, (counts.versions.get(text) ?? 0) + 1);
            resolve();
          });
        },
      );
      sent.on('error', (error) => fail(`request: ${error.message}`));
      sent.end();
    });
  const workers = Array.from({ length: connections }, async () => {
    while (!isOver) await once();
  });
  return {
    counts,
    async end() {
      isOver = true;
      await Promise.all(workers);
      agent.destroy();
      return counts;
    },
  };
}
