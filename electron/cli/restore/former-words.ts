import type { Schemas } from '../api-request.ts';
import { formatDay, formatSize, formatTable } from '../command.ts';

type Former = Schemas['FormerDatabase'];

export const formerWhys: Readonly<Record<Former['why'], string>> = {
  restore: 'before a restore',
  migration: 'before a new version',
  rotation: 'before a rotation',
};

/** Former databases, one in a line. */
export function describeFormer(former: readonly Omit<Former, 'replaced_at'>[]): string {
  return formatTable(
    former.map(({ name, why, size_bytes, kept_until }) => [
      name,
      formerWhys[why],
      formatSize(size_bytes),
      `kept until ${formatDay(kept_until)}`,
    ]),
  );
}
