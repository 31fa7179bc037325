import { CommandError } from '../command-error.ts';

export interface Value {
  key: string;
  value: string;
}

/** As a program of another kind reads variables. Each gives every value back byte for byte, or the export is refused. */
export const exportFormats = {
  json: formatAsJson,
  yaml: (values) =>
    formatLines(values, ({ key, value }) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`),
  shell: (values) =>
    formatLines(values, ({ key, value }) => `export ${key}='${value.replaceAll("'", `'\\''`)}'`),
  compose: formatForCompose,
  systemd: (values) =>
    formatLines(values, ({ key, value }) => `${key}="${value.replace(/["\\`$]/g, '\\$&')}"`),
  docker: formatForDocker,
} as const satisfies Record<string, (values: readonly Value[]) => string>;
export type ExportFormat = keyof typeof exportFormats;

const formatLines = (values: readonly Value[], line: (value: Value) => string): string =>
  values.map((value) => `${line(value)}\n`).join('');

function formatAsJson(values: readonly Value[]): string {
  // By definition and not by assignment: a variable may be called __proto__.
  const all = Object.fromEntries(values.map(({ key, value }) => [key, value]));
  return `${JSON.stringify(all, null, 2)}\n`;
}

/** A mapping of a service. Compose reads `$` as the beginning of a variable, unless it is doubled. */
function formatForCompose(values: readonly Value[]): string {
  const lines = formatLines(
    values,
    ({ key, value }) => `  ${JSON.stringify(key)}: ${JSON.stringify(value.replaceAll('$', '$$$$'))}`,
  );
  return values.length === 0 ? 'environment: {}\n' : `environment:\n${lines}`;
}

/** `docker run --env-file`: a line each, as it is. Throws `invalid_request` for a value of several lines, which it cannot have. */
function formatForDocker(values: readonly Value[]): string {
  const long = values.filter(({ value }) => /[\r\n]/.test(value)).map(({ key }) => key);
  if (long.length > 0)
    throw new CommandError(
      'invalid_request',
      `A file for docker --env-file has one line for each variable, and these have several: ${long.join(', ')}. Nothing was printed; use run, or --format compose.`,
    );
  return formatLines(values, ({ key, value }) => `${key}=${value}`);
}
