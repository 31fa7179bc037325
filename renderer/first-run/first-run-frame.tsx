import type { ReactNode } from 'react';
import { Ticks } from '../ui/instruments/ticks.tsx';
import { SetupFrame } from '../ui/setup-frame.tsx';

const STEPS = 4;

interface FirstRunFrameProps {
  /** 0 to 3; 4 when all are done. */
  current: number;
  /** Whether the last step was left for later, and this page comes after it. */
  isLeftOut?: boolean;
  /** The result of each step. */
  facts: { key: string; you: string };
  fingerprint: string | null;
  title: string;
  lead: ReactNode;
  children: ReactNode;
}

/** Layout of the set-up. */
export function FirstRunFrame({
  current,
  isLeftOut = false,
  facts,
  fingerprint,
  ...page
}: FirstRunFrameProps) {
  return (
    <SetupFrame
      {...page}
      prefix="Set up"
      label="Setting up"
      current={current}
      steps={[
        { title: 'Your key', said: facts.key },
        { title: 'You', said: facts.you },
        { title: 'A copy you keep', said: 'Stored somewhere other than this computer.' },
        {
          title: 'A place for the database',
          said: isLeftOut ? 'Left for later.' : 'Backups, also somewhere other than this computer.',
        },
      ]}
      plate={
        fingerprint === null
          ? null
          : { fingerprint, text: 'Your key. Its shape shows its fingerprint, which is not secret.' }
      }
      where={
        current < STEPS &&
        !isLeftOut && (
          <div className="setup-where">
            <Ticks value={(current / STEPS) * 100} />
            <span>
              Step {current + 1} of {STEPS}
            </span>
          </div>
        )
      }
    />
  );
}
