import type { ReactNode } from 'react';
import { Verdict, type VerdictName } from './verdict.tsx';

export type HealthLevel = 'ok' | 'due' | 'at_risk' | 'broken';

const drawn: Record<HealthLevel, { className: string; verdict: VerdictName; word: string }> = {
  ok: { className: 'level-ok', verdict: 'ok', word: 'OK' },
  due: { className: 'level-due', verdict: 'due', word: 'Due' },
  at_risk: { className: 'level-risk', verdict: 'risk', word: 'At risk' },
  broken: { className: 'level-broken', verdict: 'broken', word: 'Broken' },
};

interface LevelProps {
  level: HealthLevel;
  isLocked?: boolean;
  isBig?: boolean;
  /** Instead of the level's own word. */
  children?: ReactNode;
}

/** A level of key health: shape, word, colour, in that order. */
export function Level({ level, isLocked = false, isBig = false, children }: LevelProps) {
  const { className, verdict, word } = drawn[level];
  return (
    <span className={`level ${className} ${isBig ? 'level-big' : ''}`}>
      <Verdict name={isLocked ? 'locked' : verdict} size={isBig ? 20 : 16} />
      {children ?? (isLocked ? 'Locked' : word)}
    </span>
  );
}
