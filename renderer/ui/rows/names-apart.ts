/**
 * How the buttons of rows name their row: by its name, and where two have the same, with what tells them apart, "API_TOKEN in
 * production". What is still the same then is numbered. So whoever hears only the name of a button knows which row it changes.
 *
 * @param apart tells rows with the same name apart: " in production".
 */
export function nameApart<Row extends object>(
  rows: readonly Row[],
  nameOf: (row: Row) => string,
  apart: (row: Row) => string,
): (row: Row) => string {
  const names = new Map<Row, string>();
  for (const alike of Map.groupBy(rows, nameOf).values()) {
    if (alike.length === 1) continue;
    for (const [name, still] of Map.groupBy(alike, (row) => `${nameOf(row)}${apart(row)}`))
      still.forEach((row, at) => {
        names.set(row, still.length === 1 ? name : `${name}, ${at + 1} of ${still.length}`);
      });
  }
  return (row) => names.get(row) ?? nameOf(row);
}
