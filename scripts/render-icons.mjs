// `npm run icons`: renders the drawings in resources/icons and resources/tray to the files that desktops want.
// They are committed, so that a build needs no browser; run it again when a drawing changes.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { endBrowser, launchBrowser } from '../test/console/support/browser.ts';
import { icnsSizes, packIcns, packIco } from './icon-containers.mjs';

const resources = join(import.meta.dirname, '..', 'resources');
const icons = join(resources, 'icons');
const tray = join(resources, 'tray');

/** The names and sizes that electron-builder wants of a folder of Linux icons. */
const LINUX_SIZES = [16, 24, 32, 48, 64, 128, 256, 512, 1024];
const ICO_SIZES = [16, 24, 32, 48, 64, 128, 256];
/** Below this the dial's ticks are a blur: the drawing without them takes over. */
const SMALL = 48;
/**
 * macOS draws every icon on one grid, whose rounded square takes 824 of 1024 pixels.
 * https://developer.apple.com/design/resources/ (macOS app icon template)
 */
const MAC_GRID = 824 / 1024;
/** What the rounded square takes of the 512 units of either drawing. */
const SQUARE = { whole: 464, small: 512 };

const SHAPES = ['running', 'working', 'attention', 'locked'];
/** The discs are aligned to the pixels of 16: where a panel wants more, the rest is empty space around them. */
const GLYPH = 16;
/** Panels of Linux (freedesktop: 22), and macOS' menu bar (18 of its 22 points). */
const PANEL = 22;
const MENU_BAR = 18;
const TRAY_ICO_SIZES = [16, 20, 24, 32];
/** The ink of the console in either theme (--n-12 in renderer/ui/styles/tokens.css). */
const INKS = { light: [0x1b, 0x1c, 0x17], dark: [0xec, 0xed, 0xe9] };
const BLACK = [0, 0, 0];
/** Of the dark edge around light ink. */
const EDGE_COVER = 0.7;

const browser = await launchBrowser();
const page = await browser.newPage();

/** A drawing as PNG: `inner` pixels in the middle of `size`. */
async function render(svg, size, inner = size) {
  const edge = (size - inner) / 2;
  const drawing = svg.replace(
    /<svg ([^>]*?)width="\d+" height="\d+"/,
    `<svg $1width="${inner}" height="${inner}"`,
  );
  await page.setViewportSize({ width: size, height: size });
  await page.setContent(
    `<style>svg { position: absolute; left: ${edge}px; top: ${edge}px }</style>${drawing}`,
  );
  return await page.screenshot({ omitBackground: true });
}

async function renderAll(sizes, draw) {
  const pictures = new Map();
  for (const size of sizes) pictures.set(size, await draw(size));
  return pictures;
}

/** The same shape in one colour: only how much covers a pixel stays. */
function tint(bytes, [red, green, blue]) {
  const picture = PNG.sync.read(bytes);
  for (let at = 0; at < picture.data.length; at += 4) picture.data.set([red, green, blue], at);
  return PNG.sync.write(picture);
}

/**
 * Light ink with an edge of the dark one around it, also in its openings: on a dark panel the edge is not seen, on a
 * light one it is all that is. Panels of Linux do not say which they are.
 *
 * @param edge in pixels.
 */
function tintForAnyPanel(bytes, edge) {
  const { width, height, data } = PNG.sync.read(bytes);
  const coverAt = (x, y) => (x < 0 || y < 0 || x >= width || y >= height ? 0 : data[4 * (y * width + x) + 3]);
  const picture = new PNG({ width, height });
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      let near = 0;
      for (let dy = -edge; dy <= edge; dy++)
        for (let dx = -edge; dx <= edge; dx++)
          if (dx * dx + dy * dy <= edge * edge) near = Math.max(near, coverAt(x + dx, y + dy));
      const light = coverAt(x, y) / 255;
      const dark = (near / 255) * EDGE_COVER * (1 - light);
      const cover = light + dark;
      const mix = (at) =>
        cover === 0 ? 0 : Math.round((INKS.dark[at] * light + INKS.light[at] * dark) / cover);
      picture.data.set([mix(0), mix(1), mix(2), Math.round(255 * cover)], 4 * (y * width + x));
    }
  return PNG.sync.write(picture);
}

async function renderApp() {
  const whole = readFileSync(join(icons, 'app.svg'), 'utf8');
  const small = readFileSync(join(icons, 'app-small.svg'), 'utf8');
  const draw = (size) => render(size < SMALL ? small : whole, size);
  const pictures = await renderAll(LINUX_SIZES, draw);
  for (const [size, png] of pictures) writeFileSync(join(icons, `${size}x${size}.png`), png);
  writeFileSync(join(icons, 'icon.ico'), packIco(await renderAll(ICO_SIZES, draw)));
  const mac = await renderAll(icnsSizes, (size) =>
    render(size < SMALL ? onMacGrid(small, SQUARE.small) : onMacGrid(whole, SQUARE.whole), size),
  );
  writeFileSync(join(icons, 'icon.icns'), packIcns(mac));
}

function onMacGrid(svg, square) {
  const span = square / MAC_GRID;
  const from = 256 - span / 2;
  return svg.replace('viewBox="0 0 512 512"', `viewBox="${from} ${from} ${span} ${span}"`);
}

async function renderTray(shape) {
  const svg = readFileSync(join(tray, `${shape}.svg`), 'utf8');
  const save = (name, bytes) => writeFileSync(join(tray, name), bytes);
  for (const [panel, ink] of Object.entries(INKS)) {
    for (const [scale, ending] of [
      [1, ''],
      [2, '@2x'],
    ]) {
      const glyph = await render(svg, PANEL * scale, GLYPH * scale);
      const isDark = panel === 'dark';
      save(`${shape}-on-${panel}${ending}.png`, isDark ? tintForAnyPanel(glyph, scale) : tint(glyph, ink));
    }
    save(
      `${shape}-on-${panel}.ico`,
      packIco(await renderAll(TRAY_ICO_SIZES, async (size) => tint(await render(svg, size), ink))),
    );
  }
  save(`${shape}Template.png`, tint(await render(svg, MENU_BAR, GLYPH), BLACK));
  save(`${shape}Template@2x.png`, tint(await render(svg, MENU_BAR * 2, GLYPH * 2), BLACK));
}

try {
  await renderApp();
  for (const shape of SHAPES) await renderTray(shape);
} finally {
  await endBrowser();
}
