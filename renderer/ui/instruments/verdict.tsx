/** Verdicts: the only solid icons. Shape, then word, then colour. The cut-out has the colour of the background. */
export type VerdictName = 'ok' | 'due' | 'risk' | 'broken' | 'locked';

const shapes: Record<VerdictName, { solid: string; knocked: string[] }> = {
  ok: {
    solid:
      'M3.85 8.62a4 4 0 0 1 4.78-4.77 4 4 0 0 1 6.74 0 4 4 0 0 1 4.78 4.78 4 4 0 0 1 0 6.74 4 4 0 0 1-4.77 4.78 4 4 0 0 1-6.75 0 4 4 0 0 1-4.78-4.77 4 4 0 0 1 0-6.76Z',
    knocked: ['m8.5 12.2 2.4 2.4 4.6-4.8'],
  },
  due: { solid: 'M12 2a10 10 0 1 0 0 20 10 10 0 1 0 0-20Z', knocked: ['M12 6.5v5.7l3.4 2'] },
  risk: {
    solid: 'm21.73 18-8-14a2 2 0 0 0-3.48 0l-8 14A2 2 0 0 0 4 21h16a2 2 0 0 0 1.73-3Z',
    knocked: ['M12 9v4.6', 'M12 17.2h.01'],
  },
  broken: {
    solid: 'M8.1 2h7.8L22 8.1v7.8L15.9 22H8.1L2 15.9V8.1Z',
    knocked: ['m9.2 9.2 5.6 5.6', 'm14.8 9.2-5.6 5.6'],
  },
  locked: {
    solid: 'M5 10h2V7a5 5 0 0 1 10 0v3h2a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2v-8a2 2 0 0 1 2-2Z',
    knocked: ['M9.2 10h5.6V7a2.8 2.8 0 0 0-5.6 0Z', 'M12 15v2.4'],
  },
};

interface VerdictProps {
  name: VerdictName;
  size?: 12 | 14 | 16 | 20;
  /** Accessible name, where no word is next to it. */
  label?: string;
  className?: string;
}

export function Verdict({ name, size = 16, label, className = '' }: VerdictProps) {
  const { solid, knocked } = shapes[name];
  return (
    <svg
      className={`icon ${className}`}
      viewBox="0 0 24 24"
      style={{ width: size, height: size }}
      role={label ? 'img' : undefined}
      aria-label={label}
      aria-hidden={label ? undefined : true}
    >
      <path fill="currentColor" d={solid} vectorEffect="non-scaling-stroke" />
      {knocked.map((path) => (
        <path key={path} stroke="var(--knock)" d={path} vectorEffect="non-scaling-stroke" />
      ))}
    </svg>
  );
}
