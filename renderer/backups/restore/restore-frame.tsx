import { type ReactNode, useEffect } from 'react';
import { KeyShape } from '../../ui/instruments/key-shape.tsx';
import { Mark } from '../../ui/instruments/mark.tsx';
import { Steps } from '../../ui/instruments/steps.tsx';

interface RestoreFrameProps {
  /** 0 to 3; 4 when all are done. */
  current: number;
  /** What came of each step, or what it is about. */
  facts: { backup: string; key: string };
  fingerprint: string | null;
  title: string;
  lead: ReactNode;
  children: ReactNode;
}

/** As the set-up: steps at the left, the current one at the right. */
export function RestoreFrame({ current, facts, fingerprint, title, lead, children }: RestoreFrameProps) {
  useEffect(() => {
    document.title = `Restore: ${title} · Temps`;
  }, [title]);
  return (
    <div className="setup">
      <aside className="setup-left" aria-label="Restoring">
        <div className="flex items-center gap-2 text-14 font-semibold">
          <Mark />
          Temps
        </div>
        <div className="setup-steps">
          <Steps
            current={current}
            steps={[
              { title: 'The backup', said: facts.backup },
              { title: 'The key', said: facts.key },
              { title: 'Check what changes', said: 'What comes, and what goes.' },
              { title: 'Restore' },
            ]}
          />
        </div>
        {fingerprint !== null && (
          <div className="setup-plate">
            <KeyShape fingerprint={fingerprint} column={11} />
            <p>The key that the backup needs.</p>
          </div>
        )}
      </aside>
      <main className="setup-right" id="page">
        <div className="setup-body">
          <h1 className="t28 [overflow-wrap:anywhere]">{title}</h1>
          <div className="setup-lead">{lead}</div>
          {children}
        </div>
      </main>
    </div>
  );
}
