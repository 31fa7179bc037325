import { Link } from '@tanstack/react-router';
import { Compass } from 'lucide-react';
import { buttonClass } from '../ui/button.tsx';
import { Empty } from '../ui/nothing.tsx';

export function NotFoundPage() {
  return (
    <main className="grid min-h-full place-items-center">
      <Empty
        isPage
        icon={Compass}
        title="Page not found"
        text="It may have been deleted or renamed."
        action={
          <Link to="/" className={buttonClass()}>
            Go to Home
          </Link>
        }
      />
    </main>
  );
}
