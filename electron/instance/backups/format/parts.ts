export const partHolds = ['database', 'details'] as const;
export type PartHolds = (typeof partHolds)[number];

export interface ManifestPart {
  /** File name beside the manifest. */
  name: string;
  holds: PartHolds;
  /** As stored. */
  sizeBytes: number;
  /** SHA-256 of the stored bytes, in hex. */
  sha256: string;
  /** What it is decrypted and unpacked to, exactly: nothing is unpacked beyond. */
  unpackedBytes: number;
}

const plainNames: Record<PartHolds, string> = { database: 'database.sqlite', details: 'details.json' };

/** File name of a part: what opens it is said by how it ends. */
export function namePart(holds: PartHolds, isEncrypted: boolean): string {
  return `${plainNames[holds]}.zst${isEncrypted ? '.age' : ''}`;
}
