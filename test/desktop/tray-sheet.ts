import { existsSync, readFileSync } from 'node:fs';
import type { ImageState, MenuLine, StandInState } from './stand-in/control/control-contract.ts';

/** How the tray stood in one state, as the desktop gave it to the system. */
export interface TrayShot {
  name: string;
  tray: NonNullable<StandInState['tray']>;
}

export type TrayPlatform = 'linux' | 'win32' | 'darwin';

/** In which sizes a platform's panels show an icon, the usual one first. */
const SIZES: Record<TrayPlatform, number[]> = {
  linux: [22, 16, 32],
  win32: [16, 20, 24, 32],
  darwin: [18, 36],
};

/** A page that shows what the desktop gave to the tray as a panel with its menu open, a column for each state. */
export function drawTraySheet(platform: TrayPlatform, isDark: boolean, shots: readonly TrayShot[]): string {
  return `<!doctype html><meta charset="utf-8"><style>${STYLE}</style>
    <main class="${isDark ? 'dark' : 'light'}">${shots.map((shot) => drawColumn(platform, shot)).join('')}</main>`;
}

function drawColumn(platform: TrayPlatform, { name, tray }: TrayShot): string {
  const [usual = 16] = SIZES[platform];
  const sizes = SIZES[platform].map((size) => `<td>${drawIcon(tray.image, size)}<br>${size}</td>`);
  return `<section><h2>${name}</h2>
    <div class="panel">${drawIcon(tray.image, usual)}<time>14:22</time></div>
    <p class="tip">${escapeHtml(tray.toolTip)}</p>
    <ul>${tray.menu.map(drawLine).join('')}</ul>
    <table><tr>${sizes.join('')}</tr></table></section>`;
}

function drawLine({ kind, label, isEnabled }: MenuLine): string {
  if (kind === 'separator') return '<li class="separator"></li>';
  return `<li class="${isEnabled ? '' : 'off'}">${escapeHtml(label)}</li>`;
}

/** From the file that holds the picture for a size, as panels choose it; macOS takes a template for a mask. */
function drawIcon({ path, isTemplate }: ImageState, size: number): string {
  const source = `data:image/png;base64,${findPicture(path, size).toString('base64')}`;
  const box = `width:${size}px;height:${size}px`;
  if (isTemplate) return `<i class="template" style="${box};mask-image:url(${source})"></i>`;
  return `<img style="${box}" src="${source}">`;
}

function findPicture(path: string, size: number): Buffer {
  const bytes = readFileSync(path);
  if (path.endsWith('.ico')) return findInIco(bytes, size);
  const sharp = path.replace(/\.png$/, '@2x.png');
  return size > bytes.readUInt32BE(16) && existsSync(sharp) ? readFileSync(sharp) : bytes;
}

/** The PNG of this size among those that an .ico holds. */
function findInIco(bytes: Buffer, size: number): Buffer {
  for (let entry = 6; entry < 6 + 16 * bytes.readUInt16LE(4); entry += 16) {
    const from = bytes.readUInt32LE(entry + 12);
    if (bytes[entry] === size) return bytes.subarray(from, from + bytes.readUInt32LE(entry + 8));
  }
  throw new Error(`the icon has no picture of ${size} pixels`);
}

const escapeHtml = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** The greys of common panels and menus; what is judged on them is the desktop's own. */
const STYLE = `
  body { margin: 0; font: 13px/18px Inter, sans-serif }
  main { display: inline-flex; gap: 16px; padding: 16px }
  main.light { background: #cfd4d9; color: #1f1f1f; --panel: #f0f0f0; --menu: #fff; --line: #d5d5d5; --off: #8a8a8a }
  main.dark { background: #3c4349; color: #f2f2f2; --panel: #1d1d1d; --menu: #2b2b2b; --line: #484848; --off: #8f8f8f }
  section { width: 248px }
  h2 { margin: 0 0 8px; font-size: 13px }
  .panel { display: flex; gap: 8px; align-items: center; justify-content: end; height: 32px; padding: 0 10px; background: var(--panel) }
  .tip { margin: 8px 0; padding: 4px 8px; background: var(--menu); border: 1px solid var(--line); width: max-content; max-width: 230px }
  ul { margin: 0; padding: 4px 0; background: var(--menu); border: 1px solid var(--line); border-radius: 6px; list-style: none }
  li { padding: 4px 12px; white-space: nowrap }
  li.off { color: var(--off) }
  li.separator { height: 1px; margin: 4px 0; padding: 0; background: var(--line) }
  table { margin-top: 8px; width: 100%; background: var(--panel); text-align: center; font-size: 11px }
  td { padding: 6px; vertical-align: bottom }
  .template { display: inline-block; background: currentColor; mask-size: 100% 100% }
`;
