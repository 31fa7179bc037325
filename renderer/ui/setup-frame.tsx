import { type ComponentProps, type ReactNode, useEffect, useRef } from 'react';
import { KeyShape } from './instruments/key-shape.tsx';
import { Mark } from './instruments/mark.tsx';
import { Steps } from './instruments/steps.tsx';
import { isFocusLost } from './lost-focus.ts';

interface SetupFrameProps extends ComponentProps<typeof Steps> {
  /** Before the title in the window's: "Set up". */
  prefix: string;
  /** Of the part at the left, for screen readers. */
  label: string;
  /** The key that the steps are about, and what it is; null while there is none. */
  plate: { fingerprint: string; text: string } | null;
  /** Above the title. */
  where?: ReactNode;
  title: string;
  lead: ReactNode;
  children: ReactNode;
}

/** A page of its own for a few steps: all of them at the left, the current one at the right. */
export function SetupFrame(props: SetupFrameProps) {
  const { prefix, label, current, steps, plate, where, title, lead, children } = props;
  useEffect(() => {
    document.title = `${prefix}: ${title} · Temps`;
  }, [prefix, title]);
  const heading = useRef<HTMLHeadingElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each step has its title
  useEffect(() => {
    if (isFocusLost()) heading.current?.focus();
  }, [title]);
  return (
    <div className="setup">
      <aside className="setup-left" aria-label={label}>
        <div className="flex items-center gap-2 text-14 font-semibold">
          <Mark />
          Temps
        </div>
        <div className="setup-steps">
          <Steps current={current} steps={steps} />
        </div>
        {plate && (
          <div className="setup-plate">
            <KeyShape fingerprint={plate.fingerprint} column={11} />
            <p>{plate.text}</p>
          </div>
        )}
      </aside>
      <main className="setup-right" id="page">
        <div className="setup-body">
          {where}
          <h1 ref={heading} tabIndex={-1} className="t28 [overflow-wrap:anywhere]">
            {title}
          </h1>
          <div className="setup-lead">{lead}</div>
          {children}
        </div>
      </main>
    </div>
  );
}
