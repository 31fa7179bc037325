/**
 * A dial tells how old a verification or a backup is. A full turn is twice the time allowed, for a copy of the key 180 days:
 * the right half, a line, is in time, the left half, dots, is due. Large once per page, 88 px for one of two halves, 16 px in
 * lists, a dotted ring for "never".
 */
const TURN_DAYS = 180;
const DUE_DAYS = 90;
const TICKS = 60;

const round = (value: number) => Math.round(value * 100) / 100;

/** A point on a circle around (60, 60), clockwise from the top. */
function at(radius: number, turn: number): [x: number, y: number] {
  const angle = turn * 2 * Math.PI;
  return [round(60 + radius * Math.sin(angle)), round(60 - radius * Math.cos(angle))];
}

function Spoke({ turn, from, to, className }: { turn: number; from: number; to: number; className: string }) {
  const [x1, y1] = at(from, turn);
  const [x2, y2] = at(to, turn);
  return <line className={className} x1={x1} y1={y1} x2={x2} y2={y2} />;
}

/** `days` since the last verification, or null for none. `isSmall`: 88 px, for one of two halves. */
export function Dial({ days, isSmall = false }: { days: number | null; isSmall?: boolean }) {
  if (days === null)
    return <DialFace turn={null} figure="–" unit="never" label="Never verified." isSmall={isSmall} />;
  const unit = days === 1 ? 'day' : 'days';
  return (
    <DialFace
      turn={days / TURN_DAYS}
      figure={String(days)}
      unit={isSmall ? unit : `${unit} ago`}
      label={`Verified ${days === 0 ? 'today' : `${days} ${unit} ago`}. Due after ${DUE_DAYS} days, at risk after ${TURN_DAYS}.`}
      isSmall={isSmall}
    />
  );
}

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;
/** Of a backup without a schedule. */
const UNPLANNED_MS = 14 * DAY_MS;

/**
 * How old a backup is, in 88 px. `ageMs` is null without one.
 *
 * @param lateMs the age at which it is older than its schedule says, two intervals: one turn.
 */
export function BackupDial({ ageMs, lateMs }: { ageMs: number | null; lateMs: number | null }) {
  if (ageMs === null)
    return <DialFace turn={null} figure="–" unit="none" label="No backup that counts." isSmall />;
  const isInDays = ageMs >= 2 * DAY_MS;
  const figure = Math.ceil(ageMs / (isInDays ? DAY_MS : HOUR_MS));
  const unit = `${isInDays ? 'day' : 'hour'}${figure === 1 ? '' : 's'}`;
  return (
    <DialFace
      turn={ageMs / Math.max(1, lateMs ?? UNPLANNED_MS)}
      figure={String(figure)}
      unit={unit}
      label={`The backup is ${figure} ${unit} old.`}
      isSmall
    />
  );
}

interface DialFaceProps {
  /** How much of the time allowed has passed, 1 for twice of it; null for a dotted ring. */
  turn: number | null;
  figure: string;
  unit: string;
  label: string;
  isSmall: boolean;
}

function DialFace({ turn, figure, unit, label, isSmall }: DialFaceProps) {
  const shown = turn === null ? null : Math.min(Math.max(turn, 0), 1);
  const size = isSmall ? 88 : 120;
  return (
    <svg
      className={isSmall ? 'dial dial-88' : 'dial'}
      width={size}
      height={size}
      viewBox="0 0 120 120"
      role="img"
      aria-label={label}
    >
      {Array.from({ length: TICKS }, (_, index) => (
        <Spoke
          // biome-ignore lint/suspicious/noArrayIndexKey: sixty ticks that never move
          key={index}
          className={`tick ${shown !== null && index / TICKS <= shown ? 'is-past' : ''}`}
          turn={index / TICKS}
          from={57}
          to={index % 10 === 0 ? 47 : 51}
        />
      ))}
      {shown === null ? (
        <circle
          className="zone-none"
          fill="none"
          strokeWidth="2"
          strokeDasharray="2 4"
          cx="60"
          cy="60"
          r="42"
        />
      ) : (
        <>
          <path className="zone-ok" fill="none" strokeWidth="2" d="M60 18A42 42 0 0 1 60 102" />
          <path
            className="zone-due"
            fill="none"
            strokeWidth="2"
            strokeDasharray="2 4"
            d="M56 102A42 42 0 0 1 56 18"
          />
          <Spoke className="hand" turn={shown} from={58} to={39} />
        </>
      )}
      {/* biome-ignore lint/a11y/noAriaHiddenOnFocusable: drawn letters, which nothing can focus; the picture's name says them */}
      <g aria-hidden="true">
        <text x="60" y="66">
          {figure}
        </text>
        <text className="unit" x="60" y="83">
          {unit}
        </text>
      </g>
    </svg>
  );
}

/** The same in 16 px, for list rows. */
export function MiniDial({ days }: { days: number | null }) {
  const level = days === null ? 'none' : days <= DUE_DAYS ? 'ok' : days <= TURN_DAYS ? 'due' : 'risk';
  const angle = (Math.min(days ?? 0, TURN_DAYS) / TURN_DAYS) * 2 * Math.PI;
  return (
    <svg className={`dial-mini is-${level}`} viewBox="0 0 16 16" aria-hidden="true">
      <circle cx="8" cy="8" r="6.25" />
      {days !== null && (
        <path d={`M8 8L${round(8 + 4 * Math.sin(angle))} ${round(8 - 4 * Math.cos(angle))}`} />
      )}
    </svg>
  );
}
