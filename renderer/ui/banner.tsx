import type { ReactNode } from 'react';
import { Verdict, type VerdictName } from './instruments/verdict.tsx';

export type BannerTone = 'ok' | 'info' | 'attention' | 'danger';

const verdictOf: Record<BannerTone, VerdictName> = {
  ok: 'ok',
  info: 'due',
  attention: 'risk',
  danger: 'broken',
};

interface BannerProps {
  tone: BannerTone;
  /** One button that helps. */
  action?: ReactNode;
  verdict?: VerdictName;
  children: ReactNode;
}

/** A sentence and a button. */
export function Banner({ tone, action, verdict, children }: BannerProps) {
  return (
    <div
      className={`banner ${tone === 'info' ? '' : `banner-${tone}`}`}
      role={tone === 'danger' || tone === 'attention' ? 'alert' : 'status'}
    >
      <Verdict name={verdict ?? verdictOf[tone]} />
      <span className="say">{children}</span>
      {action}
    </div>
  );
}
