import { askConfirmed, client } from '../../api/client.ts';
import type { components } from '../../api/schema.ts';
import { joinNames } from '../table/environment-chips.tsx';
import { type EnvSource, toBase64 } from './env-source.ts';

/**
 * An environment as `.env` text, every value in it. Throws `vault_locked`, `secret_unreadable`,
 * `ConfirmationDeclined`.
 */
export function exportFile(project: string, environmentId: number): Promise<string> {
  return askConfirmed(async () => {
    const answer = await client.GET('/projects/{project}/variables/export', {
      params: { path: { project }, query: { environment: String(environmentId) } },
      parseAs: 'text',
    });
    return answer.response.ok ? { ...answer, data: answer.data ?? '' } : answer;
  });
}

export type ImportOutcome = components['schemas']['ImportOutcome'];
export type ImportItem = components['schemas']['ImportItem'];

export interface ImportRequest {
  project: string;
  environmentId: number;
  source: EnvSource;
  mode: 'merge' | 'replace';
  /** The user's choice of secret or plain, by name. */
  overrides: Readonly<Record<string, boolean>>;
  /** Whether `${NAME}` stays text. */
  isLiteral: boolean;
  /** Which line of a name counts that is there more than once. */
  repeated: 'last' | 'first';
}

function send(
  { project, environmentId, source, mode, overrides, isLiteral, repeated }: ImportRequest,
  rest: { dry_run: boolean; only?: string[] },
  signal?: AbortSignal,
): Promise<ImportOutcome> {
  // Saying what is unchanged tells which secrets the file has right.
  return askConfirmed(() =>
    client.POST('/projects/{project}/variables/import', {
      params: { path: { project } },
      body: {
        content_base64: toBase64(source.bytes),
        environment: String(environmentId),
        mode,
        secret: 'guess',
        overrides,
        on_error: 'collect',
        repeated,
        references: isLiteral ? 'literal' : 'resolve',
        // What goes was shown, and is chosen by name.
        allow_empty: true,
        ...rest,
      },
      ...(signal ? { signal } : {}),
    }),
  );
}

/** Previews what saving would do. Nothing is written. */
export const compareFile = (request: ImportRequest, signal: AbortSignal) =>
  send(request, { dry_run: true }, signal);

export type UndoOutcome = components['schemas']['UndoOutcome'];

/** Undoes this import; refused where it is no longer the last one, or any of it was changed since. */
export function undoImport(project: string, environmentId: number, importId: number): Promise<UndoOutcome> {
  return askConfirmed(() =>
    client.POST('/projects/{project}/variables/import/undo', {
      params: { path: { project } },
      body: { environment: String(environmentId), import_id: importId, dry_run: false },
    }),
  );
}

/** Once it is undone: what could not be. */
export function describeUndone(answer: unknown, title: string): { title: string; text?: string } {
  const { lost } = answer as UndoOutcome;
  if (lost.length === 0) return { title };
  return { title, text: `As it is, since its former value is not kept: ${joinNames(lost, 4)}` };
}

/** Imports only these names, all or none: variables that appeared after the preview are not changed. */
export const importFile = (request: ImportRequest, only: string[]) => send(request, { dry_run: false, only });
