import type { CopyFacts } from '../copies/key-copy.ts';
import { formatDay, oneLine } from '../copies/kit-text.ts';
import {
  beginPage,
  drawFacts,
  drawKeptAt,
  drawQr,
  drawRule,
  HEIGHT,
  MARGIN,
  QR_SIZE,
  WIDTH,
} from '../copies/paper-kit.ts';
import type { KeySplit } from './split-record.ts';

/** One share for people: the page in the console and the PDF are drawn from it. */
export interface SharePage {
  title: string;
  warning: string;
  number: number;
  threshold: number;
  shareCount: number;
  /** "Any 2 of 3 shares open the key". */
  scheme: string;
  instanceName: string;
  instanceId: string;
  fingerprint: string;
  epoch: number;
  /** Day, `2026-06-01`. */
  date: string;
  words: string[];
  /** What the QR code holds: the words, as any SLIP-39 tool reads them. */
  qrText: string;
  steps: string[];
}

export function describeShare(facts: CopyFacts, split: KeySplit, number: number, text: string): SharePage {
  const { threshold, shareCount } = split;
  return {
    title: `Share ${number} of ${shareCount} of a Temps encryption key`,
    warning: `This page alone opens nothing. Keep it apart from the other shares: any ${threshold} together are the key.`,
    number,
    threshold,
    shareCount,
    scheme: `any ${threshold} of ${shareCount} shares open the key`,
    instanceName: oneLine(facts.instanceName),
    instanceId: facts.instanceId,
    fingerprint: facts.fingerprint,
    epoch: facts.epoch,
    date: formatDay(split.madeAt),
    words: text.split(' '),
    qrText: text,
    steps: [
      `Bring together ${threshold} of the ${shareCount} shares, on the machine that has the data or a restored backup of it.`,
      'When Temps says it is locked, choose "Unlock with a copy" and "Shares", or run: temps-desktop key unlock --shares',
      'Enter the words of each share. Other SLIP-39 tools give the same key as 64 hex digits; leave their passphrase empty.',
    ],
  };
}

/** One page for paper. Black on white, standard fonts of PDF. */
export async function createSharePage(share: SharePage): Promise<Uint8Array> {
  const { document, page, fonts, write } = await beginPage(share.title, share.qrText);

  write(share.title, MARGIN, 84, fonts.bold, 20);
  write(share.warning, MARGIN, 106, fonts.plain, 10.5);
  drawRule(page, HEIGHT - 122);
  drawFacts({ fonts, write }, [
    ['Share', `${share.number} of ${share.shareCount}`],
    ['Scheme', share.scheme],
    ['Instance', share.instanceName],
    ['Instance id', share.instanceId],
    ['Fingerprint', share.fingerprint],
    ['Key version', String(share.epoch)],
    ['Split on', share.date],
  ]);
  await drawQr(page, share.qrText, WIDTH - MARGIN - QR_SIZE, HEIGHT - 136 - QR_SIZE);
  drawRule(page, HEIGHT - 326);

  write(`The share as ${share.words.length} words (SLIP-39)`, MARGIN, 354, fonts.bold, 14);
  for (const [at, word] of share.words.entries()) {
    // Three columns of eleven, read down like a list.
    const x = MARGIN + Math.floor(at / 11) * 162;
    const fromTop = 384 + (at % 11) * 24;
    write(String(at + 1), x, fromTop, fonts.plain, 9);
    write(word, x + 20, fromTop, fonts.monoBold, 14);
  }
  drawRule(page, HEIGHT - 650);

  write('To use it', MARGIN, 676, fonts.bold, 14);
  for (const [at, step] of share.steps.entries()) {
    write(`${at + 1}.`, MARGIN, 698 + at * 18, fonts.bold, 8.5);
    write(step, MARGIN + 14, 698 + at * 18, fonts.plain, 8.5);
  }
  drawKeptAt(page, { fonts, write }, 774);
  return await document.save({ useObjectStreams: false });
}
