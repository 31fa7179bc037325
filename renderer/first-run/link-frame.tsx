import type { ReactNode } from 'react';
import { Mark } from '../ui/instruments/mark.tsx';

interface LinkFrameProps {
  title: string;
  text: ReactNode;
  /** For more than a few lines. */
  isWide?: boolean;
  children: ReactNode;
}

/** The page of a link that works once: a box like that of the sign-in. */
export function LinkFrame({ title, text, isWide = false, children }: LinkFrameProps) {
  return (
    <main className="sign-in">
      <div className={`sign-in-box grid gap-4 ${isWide ? 'is-wide' : ''}`}>
        <div className="flex items-center gap-2 text-14 font-semibold">
          <Mark />
          Temps
        </div>
        <div className="[overflow-wrap:anywhere]">
          <h1 className="t20">{title}</h1>
          <p className="text-text-2">{text}</p>
        </div>
        {children}
      </div>
    </main>
  );
}
