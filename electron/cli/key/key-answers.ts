/** What the API answers of the key, as far as the command line says it. */
export interface Key {
  fingerprint: string | null;
  epoch: number | null;
  custody: { name: string; place: string };
  created_at: number | null;
  seal_count: number;
  rotation_advised: boolean;
  health: { level: string; reasons: { message: string }[] };
  note?: string | null;
}
export interface Copy {
  id: number;
  fingerprint: string;
  epoch: number | null;
  format: string;
  place: string;
  separate: boolean;
  verified_at: number | null;
}
export interface Rotation {
  state: string;
  old_fingerprint: string;
  new_fingerprint: string;
  total: number;
  moved: number;
}
export interface Status {
  state: string;
  case: string;
  detail: string | null;
  custody: { name: string };
  note?: string | null;
}
