import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { Check, X } from 'lucide-react';
import { useState } from 'react';
import { useApiMutation } from '../api/mutation.ts';
import { useIsOwner } from '../app/session.ts';
import { Banner } from '../ui/banner.tsx';
import { Skeleton } from '../ui/blank-state.tsx';
import { Button, buttonClass } from '../ui/button.tsx';
import { FormError } from '../ui/form/form-error.tsx';
import { type Step, Steps } from '../ui/instruments/steps.tsx';
import { Page } from '../ui/page.tsx';
import { useVault } from '../vault-state/vault.ts';
import { isSplitCounting, splitsQuery } from './key-queries.ts';
import { LockedPage } from './locked/locked-page.tsx';
import { DropDialog } from './split/drop-dialog.tsx';
import { SchemeStep } from './split/scheme-step.tsx';
import { ShareStep } from './split/share-step.tsx';
import { type MadeSplit, splitKey } from './split/split-requests.ts';
import { nameShares, OneShare, TogetherStep } from './split/verify-steps.tsx';

const crumbs = [{ label: 'Encryption key', to: '/key' as const }];
const TITLE = 'Split the key';

export function SplitPage() {
  const vault = useVault();
  const isOwner = useIsOwner();
  if (!vault.data)
    return (
      <Page title={TITLE} crumbs={crumbs}>
        <Skeleton rows={6} />
      </Page>
    );
  if (vault.data.state === 'locked') return <LockedPage />;
  if (!isOwner)
    return (
      <Page title={TITLE} crumbs={crumbs}>
        <Banner tone="info">
          Only the owner of the machine can split the key: together the shares are the key itself.
        </Banner>
      </Page>
    );
  return <Wizard />;
}

/**
 * From the scheme to the last verified share. SECURITY: the shares are only in this state, and dropped when enough of
 * them gave the key, or the page is left.
 */
function Wizard() {
  const navigate = useNavigate();
  const [made, setMade] = useState<MadeSplit | null>(null);
  /** How many shares were kept. */
  const [kept, setKept] = useState(0);
  const [isCombined, setCombined] = useState(false);
  const [isStopping, setStopping] = useState(false);
  const make = useApiMutation(splitKey, { onDone: setMade });
  const count = made?.split.share_count ?? 0;
  // What counts is what the instance says.
  const split = useQuery(splitsQuery).data?.splits.find(({ id }) => id === made?.split.id) ?? null;
  const open = split?.shares.filter(({ verified_at }) => verified_at === null).map(({ number }) => number);
  const isDone = isCombined && open?.length === 0;
  const page = made?.pages[kept];
  const current = made === null ? 0 : kept < count ? 1 : !isCombined ? 2 : isDone ? 4 : 3;
  const next = open?.[0];
  const steps: Step[] = [
    {
      title: made ? `Scheme: any ${made.split.threshold} of ${count} shares open the key` : 'Scheme',
      body: current === 0 && (
        <>
          <SchemeStep isBusy={make.isPending} onChoose={make.mutate} />
          <div className="mt-2 empty:hidden">
            <FormError mutation={make} />
          </div>
        </>
      ),
    },
    {
      title: current > 1 ? `${count} shares on paper` : 'Shares, one at a time',
      body: current === 1 && made && page && (
        <ShareStep key={page.number} splitId={made.split.id} page={page} onKept={() => setKept(kept + 1)} />
      ),
    },
    {
      title: current > 2 ? 'The shares gave the key' : 'Compare the key they give',
      body: current === 2 && made && (
        <>
          <TogetherStep
            splitId={made.split.id}
            asked={made.asked}
            onVerified={() => {
              setMade({ ...made, pages: [] });
              setCombined(true);
            }}
          />
          <Button kind="plain" isSmall className="mt-2" onClick={() => setKept(0)}>
            Show the shares again
          </Button>
        </>
      ),
    },
    {
      title: isDone ? 'Every share verified' : 'Verify the other shares',
      body: current === 3 && next !== undefined && open && (
        <div className="card now grid grid-cols-1 gap-3">
          <p className="text-text-2">
            The key counts as split once every share was verified: {nameShares(open)}{' '}
            {open.length === 1 ? 'is' : 'are'} left.
          </p>
          <OneShare key={next} number={next} />
        </div>
      ),
    },
  ];
  const leave = () => void navigate({ to: '/key' });
  return (
    <Page
      title={TITLE}
      crumbs={crumbs}
      actions={
        !isDone && (
          <Button onClick={() => (made && !isCombined ? setStopping(true) : leave())}>
            {isCombined ? 'Later' : 'Cancel'}
          </Button>
        )
      }
    >
      <div className="copy-cols">
        <div className="grid min-w-0 grid-cols-1 gap-4">
          {isDone && split && (
            <Banner
              tone={isSplitCounting(split) ? 'ok' : 'attention'}
              action={
                <Link to="/key" className={buttonClass('main')}>
                  Done
                </Link>
              }
            >
              {split.message}
            </Banner>
          )}
          <Steps current={current} steps={steps} />
        </div>
        <Facts />
      </div>
      {isStopping && made && (
        <DropDialog split={made.split} onClose={() => setStopping(false)} onDropped={leave} />
      )}
    </Page>
  );
}

function Facts() {
  return (
    <section className="card copy-opens" aria-label="What a split key is">
      <h2>What a split key is</h2>
      <ul>
        <li>
          <Check className="icon text-icon" aria-hidden="true" />
          <span>Enough shares together are the key, here and in any SLIP-39 tool</span>
        </li>
        <li>
          <Check className="icon text-icon" aria-hidden="true" />
          <span>Fewer shares say nothing about it</span>
        </li>
        <li>
          <X className="icon text-icon" aria-hidden="true" />
          <span>Shares kept in one place are as good as the key there</span>
        </li>
        <li>
          <X className="icon text-icon" aria-hidden="true" />
          <span>Shares of two splits never fit together</span>
        </li>
      </ul>
    </section>
  );
}
