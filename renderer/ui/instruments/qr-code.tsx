import { useEffect, useState } from 'react';

/** White around the code, in modules: ISO/IEC 18004 asks for four. */
const QUIET_MODULES = 4;

interface Drawn {
  side: number;
  path: string;
}

/**
 * A QR code as one SVG path, black on white in every theme: no image or URL that a cache could store. The encoder
 * is loaded when first needed.
 */
export function QrCode({ text, label, className }: { text: string; label: string; className: string }) {
  const [drawn, setDrawn] = useState<Drawn | null>(null);
  useEffect(() => {
    let isOver = false;
    void import('qrcode').then(({ create }) => {
      const { modules } = create(text, { errorCorrectionLevel: 'M' });
      if (!isOver) setDrawn({ side: modules.size + 2 * QUIET_MODULES, path: toPath(modules) });
    });
    return () => {
      isOver = true;
    };
  }, [text]);
  if (!drawn) return <div className={className} aria-busy="true" />;
  return (
    <svg
      className={className}
      viewBox={`0 0 ${drawn.side} ${drawn.side}`}
      shapeRendering="crispEdges"
      role="img"
      aria-label={label}
    >
      <path fill="#fff" d={`M0 0h${drawn.side}v${drawn.side}H0Z`} />
      <path fill="#000" d={drawn.path} />
    </svg>
  );
}

/** Rows of modules as rectangles, runs joined. */
function toPath({ size, data }: { size: number; data: Uint8Array }): string {
  let path = '';
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      let run = 0;
      while (column + run < size && data[row * size + column + run]) run++;
      if (run === 0) continue;
      path += `M${column + QUIET_MODULES} ${row + QUIET_MODULES}h${run}v1h-${run}Z`;
      column += run;
    }
  }
  return path;
}
