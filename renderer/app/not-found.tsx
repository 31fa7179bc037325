import { Link } from '@tanstack/react-router';
import { Compass } from 'lucide-react';
import { Empty } from '../ui/blank-state.tsx';
import { buttonClass } from '../ui/button.tsx';

export function NotFoundPage() {
  return (
    <div className="grid min-h-full place-items-center">
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
    </div>
  );
}
