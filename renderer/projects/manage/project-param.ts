import { useParams } from '@tanstack/react-router';

/** The segment of the path that names the project of this page. */
export function useProjectParam(): string {
  return useParams({ strict: false }).project ?? '';
}
