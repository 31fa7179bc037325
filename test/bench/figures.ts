/** One figure beside its limit or its peer, measured in the same run. */
export interface Figure {
  what: string;
  measured: string;
  against: string;
  ratio: number | null;
  limit: string;
  met: boolean | null;
}
const figures: Figure[] = [];
export const note = (figure: Figure) => {
  figures.push(figure);
  process.stderr.write(
    `${figure.what}: ${figure.measured} against ${figure.against}${figure.ratio === null ? '' : `, ratio ${figure.ratio.toFixed(2)}`}\n`,
  );
};
export const median = (values: number[]) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
export const time = (work: () => void) => {
  const began = performance.now();
  work();
  return performance.now() - began;
};
export const ms = (value: number) => `${value.toFixed(value < 10 ? 2 : 0)} ms`;

/** Turn about, so that both meet the same machine, each in a process of its own: milliseconds, the median. */
export function compareApart(
  measure: (who: 'ours' | 'bare') => number,
  rounds = 5,
): { ours: number; bare: number } {
  const times = { ours: [] as number[], bare: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    times.bare.push(measure('bare'));
    times.ours.push(measure('ours'));
  }
  return { ours: median(times.ours), bare: median(times.bare) };
}

/** As JSON and as a table. True when no figure missed its limit. */
export function printFigures(): boolean {
  const rows = [
    ['what', 'measured', 'against', 'ratio', 'limit', ''],
    ...figures.map((f) => [
      f.what,
      f.measured,
      f.against,
      f.ratio === null ? '' : f.ratio.toFixed(2),
      f.limit,
      f.met === null ? '' : f.met ? 'met' : 'MISSED',
    ]),
  ];
  const widths = rows[0]?.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0))) ?? [];
  console.log(JSON.stringify(figures));
  for (const row of rows)
    console.log(
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  return figures.every((figure) => figure.met !== false);
}
