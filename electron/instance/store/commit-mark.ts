import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import type Database from 'better-sqlite3';
import { AppError } from '../kernel/app-error.ts';

/**
 * The row of `commit_mark` counts the transactions, and every one rewrites it. So it is in the database file as of the
 * last checkpoint, and in the log (`temps.db-wal`) from its first transaction on, and the two tell whether they belong
 * together: SQLite itself would apply a log to any file beside it. The row has one length, so that it is rewritten in
 * place and can be found in the files without SQLite.
 */
export interface CommitMark {
  commits: number;
  /** Epoch ms of the last transaction. */
  atMs: number;
  /** Whether an instance was writing, and had not closed the file. */
  isOpen: boolean;
}

/** The cell of the row as SQLite writes it: size 52, row 1, a record header of 3 bytes, then 49 bytes of text. */
const CELL_HEAD = Buffer.from([52, 1, 3, 0, 0x6f]);
const CELL_BYTES = CELL_HEAD.length + 49;
const TEXT = /^temps-commits:(\d{16}):(\d{13}):(open|shut)$/;
const MAX_AT_MS = 9_999_999_999_999;

export function formatMark({ commits, atMs, isOpen }: CommitMark): string {
  const time = Math.min(Math.max(0, Math.trunc(atMs)), MAX_AT_MS);
  return `temps-commits:${String(commits).padStart(16, '0')}:${String(time).padStart(13, '0')}:${isOpen ? 'open' : 'shut'}`;
}

/** Null for a text that is none. */
function parseMark(text: string): CommitMark | null {
  const [, commits, atMs, state] = TEXT.exec(text) ?? [];
  if (commits === undefined) return null;
  return { commits: Number(commits), atMs: Number(atMs), isOpen: state === 'open' };
}

/** Null where the row is missing or damaged. */
export function readMark(sqlite: Database.Database): CommitMark | null {
  const text = sqlite.prepare('SELECT mark FROM commit_mark WHERE id = 1').pluck().get();
  return typeof text === 'string' ? parseMark(text) : null;
}

/** https://sqlite.org/fileformat2.html, sections 4.1 and 4.2. */
const LOG_HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
const MIN_PAGE_BYTES = 512;
const MAX_PAGE_BYTES = 65_536;
/** https://sqlite.org/fileformat2.html, section 1.6: a leaf page of a table. */
const TABLE_LEAF = 0x0d;

interface LogMarks {
  page: number;
  pageSize: number;
  first: number;
  last: number;
}

/**
 * Throws `database_restored` where the log beside a database file belongs to another one: an older file was put in its
 * place. Reads both, and writes nothing: SQLite would mix them as soon as it opens them.
 */
export function requireMatchingLog(path: string): void {
  const log = readLogMarks(`${path}-wal`);
  if (!log) return;
  const page = readBytes(path, (log.page - 1) * log.pageSize, log.pageSize);
  // A file from before the row existed belongs to a log that begins with it.
  const commits = findMarkIn(page)?.commits ?? 0;
  if (commits >= log.first - 1 && commits <= log.last) return;
  throw new AppError(
    'database_restored',
    `${path} is not the file that ${path}-wal belongs to: ${commits < log.first ? 'an older' : 'another'} one was put in its place. Opening them together would mix both, so nothing was opened or changed. To use the restored file, move ${path}-wal and ${path}-shm elsewhere; to go back, put the file that was there before in its place.`,
  );
}

/** The mark's page, and its first and last count in whole transactions of the log; null when it has none. */
function readLogMarks(path: string): LogMarks | null {
  if (!existsSync(path)) return null;
  const header = readBytes(path, 0, LOG_HEADER_BYTES);
  if (header.length < LOG_HEADER_BYTES) return null;
  const pageSize = header.readUInt32BE(8);
  if (pageSize < MIN_PAGE_BYTES || pageSize > MAX_PAGE_BYTES) return null;
  const salts = header.subarray(16, 24);
  const file = openSync(path, 'r');
  const frame = Buffer.alloc(FRAME_HEADER_BYTES + pageSize);
  const marks: { page: number; commits: number }[] = [];
  let whole = 0;
  try {
    for (let at = LOG_HEADER_BYTES; readSync(file, frame, 0, frame.length, at) === frame.length; ) {
      // What follows is left from an earlier round of the log.
      if (!frame.subarray(8, 16).equals(salts)) break;
      const mark = findMarkIn(frame.subarray(FRAME_HEADER_BYTES));
      if (mark) marks.push({ page: frame.readUInt32BE(0), commits: mark.commits });
      const endsTransaction = frame.readUInt32BE(4) !== 0;
      if (endsTransaction) whole = marks.length;
      at += frame.length;
    }
  } finally {
    closeSync(file);
  }
  const [first] = marks;
  const last = marks[whole - 1];
  return first && last ? { page: first.page, pageSize, first: first.commits, last: last.commits } : null;
}

/**
 * SECURITY: a value that someone stored cannot pass for the mark: only a page with one cell, which is the whole row,
 * byte for byte, counts.
 */
function findMarkIn(page: Buffer): CommitMark | null {
  if (page.length < MIN_PAGE_BYTES || page[0] !== TABLE_LEAF || page.readUInt16BE(3) !== 1) return null;
  if (page.readUInt16BE(8) !== page.length - CELL_BYTES) return null;
  const cell = page.subarray(-CELL_BYTES);
  if (!cell.subarray(0, CELL_HEAD.length).equals(CELL_HEAD)) return null;
  return parseMark(cell.subarray(CELL_HEAD.length).toString('latin1'));
}

function readBytes(path: string, at: number, length: number): Buffer {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(length);
    return bytes.subarray(0, readSync(file, bytes, 0, length, at));
  } finally {
    closeSync(file);
  }
}
