import { lazyRouteComponent, useParams } from '@tanstack/react-router';
import { LockKeyhole } from 'lucide-react';
import { useRef } from 'react';
import { words } from '../api/words.ts';
import { Empty } from '../ui/blank-state.tsx';
import { Page as PageFrame } from '../ui/page.tsx';
import type { Page } from './area.ts';
import { NotFoundPage } from './not-found.tsx';
import { mayOpen } from './offered.ts';
import { mayBeThere, useSession } from './session.ts';

/** A page's component; its code is loaded when the page is first opened. */
export function lazyPage(load: Page['load']) {
  return lazyRouteComponent(async () => ({ default: await load() }));
}

/** The same behind the page's permission; callers without it see a message instead. */
export function guardedPage({ load, guard }: Page) {
  const Loaded = lazyPage(load);
  /** Never fails: the page itself says that it did not load. */
  const preload = async () => {
    await Loaded.preload?.();
  };
  function Guarded() {
    const session = useSession();
    const { project } = useParams({ strict: false });
    // An ended session has no permissions. The page stays mounted below the sign-in form and keeps what was typed.
    const mayEnter = useRef(false);
    if (session.state === 'signed_in') mayEnter.current = mayOpen(session, guard, project);
    if (mayEnter.current || !guard) return <Loaded />;
    return project === undefined || mayBeThere(session, project) ? <NoAccess {...guard} /> : <NotFoundPage />;
  }
  return { component: Guarded, preload };
}

function NoAccess({ title, permission }: NonNullable<Page['guard']>) {
  return (
    <PageFrame title={title}>
      <div className="card">
        <Empty
          icon={LockKeyhole}
          title="You don’t have access"
          text={`This page needs the permission “${words.permissions[permission]}”. An administrator of this instance can give you a role that has it.`}
        />
      </div>
    </PageFrame>
  );
}
