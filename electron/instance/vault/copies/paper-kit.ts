import type { PDFDocument, PDFFont, PDFPage } from 'pdf-lib';
import type { MasterKey } from '../sealing/master-key.ts';
import type { CopyFacts } from './key-copy.ts';
import { describeKitBackups, type KitBackups } from './kit-backups.ts';
import { describeFacts, describeKit, oneLine } from './kit-text.ts';

/** A4 in points, with a margin printers can reach. */
export const WIDTH = 595.28;
export const HEIGHT = 841.89;
export const MARGIN = 56;
export const QR_SIZE = 168;
/** Level M survives a fold or a stain over 15 % of the code. */
const QR_LEVEL = 'M';

/**
 * A page for paper: the instance, the words, the QR code, how to use it; and where backups are made, a second one for these.
 * Black on white, standard fonts of PDF.
 */
export async function createPaperKit(
  key: MasterKey,
  facts: CopyFacts,
  backups: KitBackups | null = null,
): Promise<Uint8Array> {
  const kit = describeKit(key, facts);
  const { document, page, fonts, write } = await beginPage(`${kit.title} ${kit.fingerprint}`, kit.qrText);
  document.setCreationDate(new Date(facts.copiedAt));

  write(kit.title, MARGIN, 84, fonts.bold, 24);
  write(kit.warning, MARGIN, 106, fonts.plain, 10.5);
  drawRule(page, HEIGHT - 122);
  drawFacts(
    { fonts, write },
    describeFacts(facts).map((line) => {
      const [label = '', ...rest] = line.split(': ');
      return [label, rest.join(': ')];
    }),
  );
  await drawQr(page, kit.qrText, WIDTH - MARGIN - QR_SIZE, HEIGHT - 136 - QR_SIZE);
  write('The key as 64 hex digits:', MARGIN, 280, fonts.plain, 9);
  write(kit.keyText.slice(0, 32), MARGIN, 294, fonts.mono, 9.5);
  write(kit.keyText.slice(32), MARGIN, 307, fonts.mono, 9.5);
  drawRule(page, HEIGHT - 326);

  write('The key as 24 words', MARGIN, 354, fonts.bold, 14);
  drawWords(page, kit.words, fonts);
  drawRule(page, HEIGHT - 580);

  write('To use it', MARGIN, 608, fonts.bold, 14);
  kit.steps.forEach((step, at) => {
    write(`${at + 1}.`, MARGIN, 632 + at * 18, fonts.bold, 10.5);
    write(step, MARGIN + 18, 632 + at * 18, fonts.plain, 10.5);
  });
  [...kit.opens, ...kit.notContains].forEach((line, at) => {
    write(line, MARGIN, 704 + at * 16, fonts.plain, 10.5);
  });
  drawKeptAt(page, { fonts, write }, 764);
  if (backups !== null) await drawKitBackups(document, fonts, facts, backups);
  return await document.save({ useObjectStreams: false });
}

export interface Pen {
  fonts: { plain: PDFFont; bold: PDFFont; mono: PDFFont; monoBold: PDFFont };
  /** Text with its baseline this far from the top. */
  write(text: string, x: number, fromTop: number, font: PDFFont, size: number): void;
}

/** @param code what its QR code holds; read again by "verify" and "check" from the PDF's subject. */
export async function beginPage(
  title: string,
  code: string,
): Promise<Pen & { document: PDFDocument; page: PDFPage }> {
  const { PDFDocument: Document, StandardFonts } = await import('pdf-lib');
  const document = await Document.create();
  document.setTitle(title);
  document.setSubject(code);
  const page = document.addPage([WIDTH, HEIGHT]);
  const fonts = {
    plain: await document.embedFont(StandardFonts.Helvetica),
    bold: await document.embedFont(StandardFonts.HelveticaBold),
    mono: await document.embedFont(StandardFonts.Courier),
    monoBold: await document.embedFont(StandardFonts.CourierBold),
  };
  return { document, page, ...penFor(page, fonts) };
}

export function penFor(page: PDFPage, fonts: Pen['fonts']): Pen {
  return {
    fonts,
    write: (text, x, fromTop, font, size) =>
      page.drawText(toEncodable(text, font), { x, y: HEIGHT - fromTop, size, font }),
  };
}

/** The page that is kept with the key, or apart from it. */
async function drawKitBackups(
  document: PDFDocument,
  fonts: Pen['fonts'],
  facts: CopyFacts,
  backups: KitBackups,
): Promise<void> {
  const page = document.addPage([WIDTH, HEIGHT]);
  const { write } = penFor(page, fonts);
  const kit = describeKitBackups(backups, facts);
  write(kit.title, MARGIN, 84, fonts.bold, 24);
  write(kit.warning, MARGIN, 106, fonts.plain, 10.5);
  drawRule(page, HEIGHT - 122);
  write(`Instance: ${cut(oneLine(facts.instanceName), 38)}`, MARGIN, 150, fonts.plain, 10.5);
  write(facts.instanceId, MARGIN, 168, fonts.mono, 9.5);
  write(`Key version ${facts.epoch}, ${facts.fingerprint}`, MARGIN, 186, fonts.plain, 10.5);
  await drawQr(page, kit.identity, WIDTH - MARGIN - QR_SIZE, HEIGHT - 136 - QR_SIZE);
  drawRule(page, HEIGHT - 326);

  write('The identity of the backups', MARGIN, 354, fonts.bold, 14);
  write(kit.identity.slice(0, 37), MARGIN, 378, fonts.monoBold, 14);
  write(kit.identity.slice(37), MARGIN, 398, fonts.monoBold, 14);
  write(kit.opens, MARGIN, 422, fonts.plain, 10.5);
  drawRule(page, HEIGHT - 440);

  write(kit.where, MARGIN, 468, fonts.bold, 14);
  for (const [at, place] of kit.places.entries())
    write(cut(place, 80), MARGIN, 490 + at * 16, fonts.plain, 10.5);
  write('To use it', MARGIN, 716, fonts.bold, 14);
  for (const [at, step] of kit.steps.entries()) write(step, MARGIN, 736 + at * 16, fonts.plain, 10.5);
  drawKeptAt(page, { fonts, write }, 796);
}

/** Names and their values, left of the code. */
export function drawFacts({ fonts, write }: Pen, facts: readonly (readonly [string, string])[]): void {
  for (const [at, [label, value]] of facts.entries()) {
    const isCode = label === 'Fingerprint' || label === 'Instance id';
    write(label, MARGIN, 150 + at * 20, fonts.plain, 10);
    write(cut(value, 38), MARGIN + 72, 150 + at * 20, isCode ? fonts.mono : fonts.bold, isCode ? 9.5 : 10.5);
  }
}

/** A line to write on. */
export function drawKeptAt(page: PDFPage, { fonts, write }: Pen, fromTop: number): void {
  write('Where this page is kept:', MARGIN, fromTop, fonts.plain, 10.5);
  page.drawLine({
    start: { x: MARGIN + 130, y: HEIGHT - fromTop - 3 },
    end: { x: WIDTH - MARGIN, y: HEIGHT - fromTop - 3 },
    thickness: 0.5,
  });
}

/** Four columns of six, read down like a list: numbers small, words large. */
function drawWords(page: PDFPage, words: string[], fonts: { plain: PDFFont; monoBold: PDFFont }): void {
  words.forEach((word, at) => {
    const x = MARGIN + Math.floor(at / 6) * 122;
    const y = HEIGHT - 388 - (at % 6) * 32;
    page.drawText(String(at + 1), { x, y, size: 9, font: fonts.plain });
    page.drawText(word, { x: x + 18, y, size: 14, font: fonts.monoBold });
  });
}

export async function drawQr(page: PDFPage, payload: string, x: number, y: number): Promise<void> {
  const { default: qrcode } = await import('qrcode');
  const { modules } = qrcode.create(payload, { errorCorrectionLevel: QR_LEVEL });
  const side = QR_SIZE / modules.size;
  for (let row = 0; row < modules.size; row++) {
    for (let column = 0; column < modules.size; column++) {
      if (!modules.get(row, column)) continue;
      // A hair larger than its cell, so that no white seams show between cells.
      page.drawRectangle({
        x: x + column * side,
        y: y + QR_SIZE - (row + 1) * side,
        width: side + 0.15,
        height: side + 0.15,
      });
    }
  }
}

export function drawRule(page: PDFPage, y: number): void {
  page.drawLine({ start: { x: MARGIN, y }, end: { x: WIDTH - MARGIN, y }, thickness: 0.75 });
}

/** PDF's own fonts have Western European letters only; a name in others shows a mark for each. */
function toEncodable(text: string, font: PDFFont): string {
  const known = new Set(font.getCharacterSet());
  return [...text].map((character) => (known.has(character.codePointAt(0) ?? 0) ? character : '?')).join('');
}

function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}
