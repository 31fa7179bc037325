import { Check } from 'lucide-react';
import type { ReactNode } from 'react';
import { useStepFocus } from '../lost-focus.ts';

export interface Step {
  title: ReactNode;
  /** Under the title. */
  said?: ReactNode;
  /** Content, shown while it is the current step. */
  body?: ReactNode;
  /** Whether it is done before its turn. */
  isDone?: boolean;
}

type StepState = 'done' | 'now' | 'next';

const stateOf = (at: number, current: number): StepState =>
  at < current ? 'done' : at === current ? 'now' : 'next';

function Mark({ state, number }: { state: StepState; number: number }) {
  return (
    <span className="step-mark" aria-hidden="true">
      {state === 'done' ? <Check className="icon" /> : number}
    </span>
  );
}

const said: Record<StepState, string> = { done: 'Done: ', now: 'Now: ', next: 'Next: ' };

/** Steps one below another. `current` counts from 0; the number of steps means all are done. */
export function Steps({ steps, current }: { steps: readonly Step[]; current: number }) {
  // Those that only show the way have their heading elsewhere.
  const heading = useStepFocus<HTMLDivElement>(steps.some(({ body }) => body) ? current : null);
  return (
    <ol className="steps">
      {steps.map((step, at) => {
        const state = step.isDone ? 'done' : stateOf(at, current);
        return (
          <li
            // biome-ignore lint/suspicious/noArrayIndexKey: steps have no identity but their place
            key={at}
            className={`step is-${state}`}
            aria-current={state === 'now' ? 'step' : undefined}
          >
            <Mark state={state} number={at + 1} />
            <div className="min-w-0">
              <div className="step-title" ref={state === 'now' ? heading : undefined} tabIndex={-1}>
                <span className="sr">{said[state]}</span>
                {step.title}
              </div>
              {step.said && <div className="text-text-2">{step.said}</div>}
              {step.body}
            </div>
          </li>
        );
      })}
    </ol>
  );
}

/** Steps along the top of a page. */
export function Rail({
  steps,
  current,
}: {
  steps: readonly Omit<Step, 'body' | 'isDone'>[];
  current: number;
}) {
  const here = useStepFocus<HTMLLIElement>(current);
  return (
    <ol className="rail">
      {steps.map((step, at) => {
        const state = stateOf(at, current);
        return (
          <li
            // biome-ignore lint/suspicious/noArrayIndexKey: steps have no identity but their place
            key={at}
            ref={state === 'now' ? here : undefined}
            tabIndex={-1}
            className={`is-${state}`}
            aria-current={state === 'now' ? 'step' : undefined}
          >
            <Mark state={state} number={at + 1} />
            <span className="word">
              <span className="sr">{said[state]}</span>
              {step.title}
            </span>
            {step.said && <span className="said">{step.said}</span>}
          </li>
        );
      })}
    </ol>
  );
}
