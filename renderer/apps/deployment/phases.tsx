import { Check, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { formatElapsed, serverNow } from '../../ui/time.ts';
import { type Deployment, isUnderWay } from '../app-queries.ts';
import { phaseWords } from '../app-words.ts';

type Found = Deployment['phases'][number] | undefined;
type PhaseState = 'done' | 'now' | 'next' | 'bad';

const stateWords: Record<PhaseState, string> = {
  done: 'Done: ',
  now: 'Now: ',
  next: 'Next: ',
  bad: 'Ended here: ',
};

/** The phases with their times, and what the coming ones do. */
export function Phases({ deployment }: { deployment: Deployment }) {
  useTicking(isUnderWay(deployment));
  return (
    <ol className="rail phases" aria-label="Phases">
      {phaseWords.map(({ phase, title, said }, at) => {
        const found = deployment.phases.find((each) => each.phase === phase);
        const state = stateOf(deployment, phase, found);
        return (
          <li key={phase} className={`is-${state}`} aria-current={state === 'now' ? 'step' : undefined}>
            <span className="step-mark" aria-hidden="true">
              {state === 'done' ? (
                <Check className="icon" />
              ) : state === 'bad' ? (
                <X className="icon" />
              ) : (
                at + 1
              )}
            </span>
            <span className="word">
              <span className="sr">{stateWords[state]}</span>
              {title}
            </span>
            <span className="said">{found ? sayTime(found) : said}</span>
          </li>
        );
      })}
    </ol>
  );
}

function stateOf(deployment: Deployment, phase: string, found: Found): PhaseState {
  if (!found) return 'next';
  if (isUnderWay(deployment)) return found.finished_at === null ? 'now' : 'done';
  return deployment.status !== 'success' && deployment.phase === phase ? 'bad' : 'done';
}

const sayTime = ({ started_at, finished_at }: NonNullable<Found>) =>
  formatElapsed((finished_at ?? serverNow()) - started_at);

/** Draws again while a time runs. */
function useTicking(isOn: boolean): void {
  const [, tick] = useState(0);
  useEffect(() => {
    if (!isOn) return;
    const timer = setInterval(() => tick((count) => count + 1), 500);
    return () => clearInterval(timer);
  }, [isOn]);
}
