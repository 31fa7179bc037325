import { LockKeyhole, type LucideIcon } from 'lucide-react';
import { useAreas } from '../app/areas-context.ts';
import type { SecretKind } from './secret-words.ts';

/** The icon of a kind of secrets, as the area that keeps them declares it. */
export function useSecretIcon(kind: SecretKind): LucideIcon {
  return useAreas().find(({ secretIcons }) => secretIcons?.[kind])?.secretIcons?.[kind] ?? LockKeyhole;
}
