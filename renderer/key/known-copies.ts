import { useQuery } from '@tanstack/react-query';
import { formats, type KeyCopy } from './copy/copy-formats.ts';
import { copiesQuery } from './page/key-queries.ts';

/** Copies of the active key, the newest proof first; those that were never read back last. */
export function useKnownCopies(fingerprint: string | null): readonly KeyCopy[] {
  const { data } = useQuery(copiesQuery);
  return (data?.copies ?? [])
    .filter((copy) => copy.fingerprint === fingerprint)
    .sort((a, b) => (b.verified_at ?? 0) - (a.verified_at ?? 0));
}

/** "Paper kit, desk drawer": the form, and where its owner said it is. */
export function nameCopy({ format, place }: Pick<KeyCopy, 'format' | 'place'>): string {
  const form = formats[format].kept;
  return `${form[0]?.toUpperCase()}${form.slice(1)}, ${place}`;
}
