import { LockKeyhole, type LucideIcon } from 'lucide-react';
import { useAreas } from '../app/areas-context.ts';
import type { SecretKind } from './secret-words.ts';

/** The icon of a kind of secret, as declared by its area. */
export function useSecretIcon(kind: SecretKind): LucideIcon {
  return useAreas().find(({ secretIcons }) => secretIcons?.[kind])?.secretIcons?.[kind] ?? LockKeyhole;
}
