import { LockKeyhole } from 'lucide-react';
import { Empty } from '../ui/nothing.tsx';
import { Page } from '../ui/page.tsx';

interface NotForYouProps {
  title: string;
  crumbs: readonly { label: string; to: '/key' }[];
}

/** For whoever may look at the key's state but not touch it. */
export function NotForYou({ title, crumbs }: NotForYouProps) {
  return (
    <Page title={title} crumbs={crumbs}>
      <div className="card">
        <Empty
          icon={LockKeyhole}
          title="For administrators"
          text="Your role may see how the key is, not change it."
        />
      </div>
    </Page>
  );
}
