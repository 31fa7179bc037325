import { useEffect, useState } from 'react';
import { ask, client } from '../api/client.ts';
import { ApiProblem, describeError, hasCode } from '../api/problem.ts';
import { setUpCalls } from '../backups/restore/restore-calls.ts';
import { RestoreFlow } from '../backups/restore/restore-flow.tsx';
import type { ChosenCustody } from '../key/first-key-choice.tsx';
import { Banner } from '../ui/banner.tsx';
import { Button } from '../ui/button.tsx';
import { inCustody } from '../vault-state/custody-words.ts';
import { FirstRunFrame } from './first-run-frame.tsx';
import { forgetLink, type KeptLink, keepLink } from './kept-link.ts';
import { You } from './you.tsx';
import { type FirstKey, YourKey } from './your-key.tsx';

const LOOK_AGAIN_MS = 3000;

/** The first two steps, authorised by the link: the key and the first account. */
export function SetUp({ link }: { link: KeptLink }) {
  const { token } = link;
  const [key, setKey] = useState<FirstKey | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [round, setRound] = useState(0);
  const [step, setStep] = useState(link.step);
  const [isRestoring, setRestoring] = useState(false);
  const [calls] = useState(() => setUpCalls(token));
  // biome-ignore lint/correctness/useExhaustiveDependencies: refetched on every retry
  useEffect(() => {
    let isOver = false;
    setError(null);
    askKey(token)
      .then((answer) => !isOver && setKey(answer))
      .catch((thrown: unknown) => !isOver && setError(thrown));
    return () => {
      isOver = true;
    };
  }, [token, round]);

  // If a keyring is unlocked meanwhile, the instance finds its key, and this page polls the instance.
  // Not while the account is created: the link is used up then, and that response would interfere.
  const isWaiting = step === 0 && !isRestoring && key !== null && key.fingerprint === null && error === null;
  useEffect(() => {
    if (!isWaiting) return;
    let isOver = false;
    const look = setInterval(() => {
      askKey(token)
        .then((answer) => !isOver && setKey(answer))
        // An unreachable instance is retried. An expired link is not, since every attempt is counted.
        .catch((thrown: unknown) => !isOver && thrown instanceof ApiProblem && setError(thrown));
    }, LOOK_AGAIN_MS);
    return () => {
      isOver = true;
      clearInterval(look);
    };
  }, [token, isWaiting]);
  const goTo = (next: number) => {
    keepLink({ ...link, step: next });
    setStep(next);
  };
  // A link that is over is of no use to this tab.
  useEffect(() => {
    if (hasCode(error, 'link_invalid', 'already_set_up')) forgetLink();
  }, [error]);
  const choose = async (chosen: ChosenCustody) =>
    setKey(await ask(client.POST('/setup/key/custody', { body: { token, ...chosen } })));

  const facts = {
    key: key ? sayKey(key) : 'Created and stored on this machine.',
    you: 'E-mail and password.',
  };
  if (error !== null) return <NoLink error={error} facts={facts} onRetry={() => setRound(round + 1)} />;
  if (!key) return <div aria-busy="true" />;
  if (isRestoring)
    return (
      <RestoreFlow
        calls={calls}
        chosen={null}
        back={
          <Button kind="plain" onClick={() => setRestoring(false)}>
            Start new instead
          </Button>
        }
      />
    );
  if (step === 0)
    return (
      <YourKey
        firstKey={key}
        facts={facts}
        onChoose={choose}
        onDone={() => goTo(1)}
        onRestore={() => setRestoring(true)}
      />
    );
  return <You token={token} facts={facts} fingerprint={key.fingerprint} onBack={() => goTo(0)} />;
}

const askKey = (token: string) => ask(client.POST('/setup/key', { body: { token } }));

/** The result of the first step, in one line. */
export function sayKey({ fingerprint, adopted, custody, label, found }: FirstKey): string {
  if (fingerprint === null) return found ? 'One was found, not in use yet.' : 'No key yet.';
  const where = inCustody({ name: custody, label });
  if (adopted === true) return `Found ${where} and now in use.`;
  return adopted === false ? `Created, stored ${where} and verified.` : `Stored ${where}.`;
}

interface NoLinkProps {
  error: unknown;
  facts: { key: string; you: string };
  onRetry: () => void;
}

function NoLink({ error, facts, onRetry }: NoLinkProps) {
  const isSetUp = hasCode(error, 'already_set_up');
  const isOver = hasCode(error, 'link_invalid');
  return (
    <FirstRunFrame
      current={0}
      facts={facts}
      fingerprint={null}
      title={
        isSetUp
          ? 'This instance is already set up'
          : isOver
            ? 'This link no longer works'
            : 'Set-up did not start'
      }
      lead={
        isOver ? (
          <>
            It was used or is more than an hour old. On the machine, run{' '}
            <code className="mono">temps-desktop console</code> for a new one.
          </>
        ) : isSetUp ? (
          'There is already an account: sign in with it.'
        ) : (
          describeError(error)
        )
      }
    >
      {isSetUp ? (
        <a className="btn btn-main" href="/">
          Sign in
        </a>
      ) : (
        !isOver && (
          <div className="grid justify-items-start gap-3">
            <Banner tone="danger">Nothing was changed.</Banner>
            <Button onClick={onRetry}>Try again</Button>
          </div>
        )
      )}
    </FirstRunFrame>
  );
}
