/** As people are told of space on disks: up to the next million. */
export function toMegabytes(bytes: number): number {
  return Math.ceil(bytes / 1_000_000);
}
