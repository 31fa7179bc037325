import { type ReactNode, useEffect } from 'react';
import { KeyShape } from '../ui/instruments/key-shape.tsx';
import { Mark } from '../ui/instruments/mark.tsx';
import { Steps } from '../ui/instruments/steps.tsx';
import { Ticks } from '../ui/instruments/ticks.tsx';

const STEPS = 3;

interface FirstRunFrameProps {
  /** 0 to 2; 3 when all are done. */
  current: number;
  /** The result of each step. */
  facts: { key: string; you: string };
  fingerprint: string | null;
  title: string;
  lead: ReactNode;
  children: ReactNode;
}

/** Layout of the set-up: steps at the left, the current step at the right. */
export function FirstRunFrame({ current, facts, fingerprint, title, lead, children }: FirstRunFrameProps) {
  useEffect(() => {
    document.title = `Set up: ${title} · Temps`;
  }, [title]);
  return (
    <div className="setup">
      <aside className="setup-left" aria-label="Setting up">
        <div className="flex items-center gap-2 text-14 font-semibold">
          <Mark />
          Temps
        </div>
        <div className="setup-steps">
          <Steps
            current={current}
            steps={[
              { title: 'Your key', said: facts.key },
              { title: 'You', said: facts.you },
              { title: 'A copy you keep', said: 'Stored somewhere other than this computer.' },
            ]}
          />
        </div>
        {fingerprint !== null && (
          <div className="setup-plate">
            <KeyShape fingerprint={fingerprint} column={11} />
            <p>Your key. Its shape shows its fingerprint, which is not secret.</p>
          </div>
        )}
      </aside>
      <main className="setup-right" id="page">
        <div className="setup-body">
          {current < STEPS && (
            <div className="setup-where">
              <Ticks value={(current / STEPS) * 100} />
              <span>
                Step {current + 1} of {STEPS}
              </span>
            </div>
          )}
          <h1 className="t28">{title}</h1>
          <div className="setup-lead">{lead}</div>
          {children}
        </div>
      </main>
    </div>
  );
}
