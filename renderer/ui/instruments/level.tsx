import type { ReactNode } from 'react';
import { Verdict, type VerdictName } from './verdict.tsx';

export type HealthLevel = 'ok' | 'due' | 'at_risk' | 'broken';

const drawn: Record<HealthLevel, { className: string; verdict: VerdictName }> = {
  ok: { className: 'level-ok', verdict: 'ok' },
  due: { className: 'level-due', verdict: 'due' },
  at_risk: { className: 'level-risk', verdict: 'risk' },
  broken: { className: 'level-broken', verdict: 'broken' },
};

interface LevelProps {
  level: HealthLevel;
  isLocked?: boolean;
  isBig?: boolean;
  children: ReactNode;
}

/** A level of key health: shape, colour and words. */
export function Level({ level, isLocked = false, isBig = false, children }: LevelProps) {
  const { className, verdict } = drawn[level];
  return (
    <span className={`level ${className} ${isBig ? 'level-big' : ''}`}>
      <Verdict name={isLocked ? 'locked' : verdict} size={isBig ? 20 : 16} />
      {children}
    </span>
  );
}
