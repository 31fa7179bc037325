import { queryOptions, useQuery } from '@tanstack/react-query';
import { ask, client } from '../api/client.ts';
import type { components } from '../api/schema.ts';

type KeyCopy = components['schemas']['KeyCopy'];
type CopyFormat = components['schemas']['CopyFormat'];

export const copiesQuery = queryOptions({
  queryKey: ['vault', 'copies'],
  queryFn: () => ask(client.GET('/vault/key/copies')),
});

/** Copies of the active key, the newest proof first; those that were never read back last. */
export function useKnownCopies(fingerprint: string | null): readonly KeyCopy[] {
  const { data } = useQuery(copiesQuery);
  return (data?.copies ?? [])
    .filter((copy) => copy.fingerprint === fingerprint)
    .sort((a, b) => (b.verified_at ?? 0) - (a.verified_at ?? 0));
}

const formNames: Record<CopyFormat, string> = {
  age: 'protected file',
  words: '24 words',
  pdf: 'paper kit',
  kdbx: 'KeePass file',
  bitwarden: 'Bitwarden entry',
  csv: 'password manager entry',
  text: 'password manager entry',
  plain: 'plain key file',
};

export const nameForm = (format: CopyFormat) => formNames[format];

/** "Paper kit, desk drawer": the form, and where its owner said it is. */
export function nameCopy({ format, place }: Pick<KeyCopy, 'format' | 'place'>): string {
  const form = formNames[format];
  return `${form[0]?.toUpperCase()}${form.slice(1)}, ${place}`;
}

/** Whether it is read from a drive or a folder, rather than by eye or from another program. */
export const isOnDrive = (format: CopyFormat) => format === 'age' || format === 'plain' || format === 'kdbx';
