import { findSocketPath } from '../../instance/doors/socket-path.ts';
import { resolveDataDir } from '../../instance/store/data-directory.ts';
import type { Schemas } from '../api-request.ts';
import { findFolderLink } from '../env/folder-link.ts';

export const nameKinds = ['projects', 'environments', 'variables'] as const;
export type NameKind = (typeof nameKinds)[number];

/** Whoever pressed Tab waits for it. */
const PATIENCE_MS = 100;

/**
 * Names for a shell to complete, of an instance that runs: none is started for it, and nobody is asked anything. None where it does
 * not answer in time.
 *
 * @param words those of the line so far: -p, -e and --data-dir in them count.
 */
export async function listNames(kind: NameKind, words: readonly string[]): Promise<string[]> {
  try {
    const find = (...options: string[]) => findValue(words, options);
    const socketPath = findSocketPath(resolveDataDir(find('--data-dir')));
    if (socketPath === null) return [];
    const ask = createAsk(socketPath, AbortSignal.timeout(PATIENCE_MS));
    if (kind === 'projects')
      return (await ask<{ projects: Schemas['Project'][] }>('/projects')).projects.map(({ slug }) => slug);
    const link = find('-p', '--project') === undefined ? findFolderLink() : null;
    const project = find('-p', '--project') ?? link?.project;
    if (project === undefined) return [];
    const path = `/projects/${encodeURIComponent(project)}`;
    const environments = await ask<Schemas['Environment'][]>(`${path}/environments`);
    if (kind === 'environments') return environments.map(({ slug }) => slug);
    const wanted = find('-e', '--env') ?? link?.environment;
    const id = environments.find(({ slug, name }) => slug === wanted || name === wanted)?.id;
    const variables = await ask<Schemas['Variable'][]>(
      `${path}/env-vars${id === undefined ? '' : `?environment_id=${id}`}`,
    );
    return [...new Set(variables.map(({ key }) => key))];
  } catch {
    // Silent: it would be written into the line that is being typed.
    return [];
  }
}

function findValue(words: readonly string[], options: readonly string[]): string | undefined {
  const at = words.findIndex((word) => options.includes(word));
  // A shell may take the = of --data-dir=DIR for a word of its own.
  const next = words[at + 1] === '=' ? words[at + 2] : words[at + 1];
  if (at >= 0) return next;
  const joined = words.find((word) => options.some((option) => word.startsWith(`${option}=`)));
  return joined?.slice(joined.indexOf('=') + 1);
}

const createAsk =
  (socketPath: string, signal: AbortSignal) =>
  <Answer>(path: string): Promise<Answer> =>
    new Promise((resolve, reject) => {
      // Not by import: see sendOver in client.ts.
      const { request } = process.getBuiltinModule('node:http');
      const options = {
        socketPath,
        signal,
        path: `/api${path}`,
        headers: { host: 'localhost' },
        agent: false,
      };
      const sent = request(options, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          if (response.statusCode === 200) resolve(JSON.parse(Buffer.concat(chunks).toString('utf8')));
          else reject(new Error(`${response.statusCode}`));
        });
      });
      sent.on('error', reject);
      sent.end();
    });
