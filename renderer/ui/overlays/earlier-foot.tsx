import type { UseInfiniteQueryResult } from '@tanstack/react-query';
import { Button } from '../button.tsx';

interface EarlierFootProps {
  query: Pick<UseInfiniteQueryResult, 'hasNextPage' | 'isFetchingNextPage' | 'fetchNextPage'>;
  onClose: () => void;
}

/** The foot of a dialog whose list begins with the newest and shows earlier ones page by page. */
export function EarlierFoot({ query, onClose }: EarlierFootProps) {
  return (
    <>
      {query.hasNextPage && (
        <Button isBusy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          Show earlier
        </Button>
      )}
      <span className="grow" />
      <Button onClick={onClose}>Close</Button>
    </>
  );
}
