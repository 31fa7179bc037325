import { useRouter } from '@tanstack/react-router';
import { Failed } from '../ui/nothing.tsx';

/** A page that failed to draw or to load its code: said, and tried again, with the rest of the console intact. */
export function RouteFailed({ error, reset }: { error: unknown; reset: () => void }) {
  const router = useRouter();
  const retry = () => {
    reset();
    void router.invalidate();
  };
  return (
    <main className="grid min-h-full place-items-center">
      <Failed title="This page did not load" error={error} onRetry={retry} />
    </main>
  );
}
