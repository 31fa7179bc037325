import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');

/** Words that readers would not search for, with the term of the glossary in CONTRIBUTING.md. */
const banned: readonly [word: RegExp, instead: string][] = [
  [/^(un|re)?seal(s|ed|ing)?$/, 'encrypt, encrypted'],
  [/^epochs?$/, 'key version'],
  [/^(un)?pro(of|ofs|ve|ved|ven|ves|ving)$/, 'verify, verified'],
  [/^deeds?$/, 'action'],
  [/^blades?$/, 'key shape'],
  [/^(mend|mends|mended|mending)$/, 'fix'],
  [/^anew$/, 'again, new'],
];
const bannedPhrases: readonly [phrase: RegExp, instead: string][] = [
  [/\bread(s|ing)? (it |them )?back\b/i, 'verify, verified'],
  [/\bgo(es|ing)? on\b/i, 'Continue, keep'],
  [/\bc(o|a)m(e|es|ing) in\b/i, 'sign in'],
  [/\bnothing\.tsx\b|\.nothing\b/, 'blank-state'],
];

/** Names of the API, which are contracts: allowed as identifiers and as literals of one word or path. */
const apiNames: ReadonlySet<string> = new Set([
  // The number of a key version, and the list of them.
  ...['epoch', 'epochs', 'old_epoch', 'new_epoch', 'older_epoch', 'KeyEpoch'],
  // The last verification, the state and the time of a rotation, reasons and errors about it, and what verifies a copy.
  ...[
    'proof',
    'proof_due',
    'proof_stale',
    'proven',
    'proven_at',
    'proven_by',
    'proven_ids',
    'copy_not_proven',
  ],
  // States and counts of encryption, and shapes of encrypted values.
  ...['sealing', 'sealing_at', 'seal_count', 'seal', 'SealedSecret', 'SealedSecretsPage'],
]);
/** Paths of the API. */
const apiPaths =
  /^\/vault\/key\/(epochs(\/\{fingerprint\}\/shred)?|copies\/\{id\}\/prove|rotation\/(prove|seal))$/;

interface Found {
  line: number;
  word: string;
  instead: string;
}

describe('plain words', () => {
  const sources = globSync('{renderer,electron/cli}/**/*.{ts,tsx,css}', { cwd: root })
    // Generated from the API, whose names are contracts.
    .filter((file) => !/^renderer\/api\/(schema|words)\.ts$/.test(file))
    .sort();

  it('are used in the console and the command line, comments and names too', () => {
    const found = sources.flatMap((file) => name(file, findInSource(file, read(file))));
    expect(found).toEqual([]);
    expect(sources.length).toBeGreaterThan(200);
  });

  it('are used in the documents and in the paper kit', () => {
    const documents = ['README.md', 'SECURITY.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'UNATTENDED.md'];
    const kit = 'electron/instance/vault/copies/kit-text.ts';
    const found = [
      ...documents.flatMap((file) => name(file, findInText(withoutAllowed(file, read(file))))),
      ...name(kit, findInTexts(kit, read(kit))),
    ];
    expect(found).toEqual([]);
  });

  it('are told from the others wherever those stand', () => {
    const planted = [
      '// The proof is kept.',
      "const said = 'Values sealed again';",
      'const isProven = copy.epoch;',
      'const keyEpoch = 1;',
      'const body = <p>It is read\n  back, and goes on.</p>;',
      "ask('/vault/key/epochs');",
      "const state = 'sealing';",
    ].join('\n');
    expect(findInSource('planted.tsx', planted).map(({ line, word }) => [line, word])).toEqual([
      [1, 'proof'],
      [2, 'sealed'],
      [3, 'Proven'],
      [4, 'Epoch'],
      [5, 'read back'],
      [6, 'goes on'],
    ]);
    expect(findInSource('planted.css', '.blade { } /* of an epoch */')).toHaveLength(2);
    expect(findInSource('planted.ts', "import { Empty } from '../ui/nothing.tsx';")).toHaveLength(1);
    expect(findInText('It may come in.\nThe epoch 2.')).toMatchObject([{ line: 1 }, { line: 2 }]);
  });
});

const name = (file: string, found: readonly Found[]): string[] =>
  found.map(({ line, word, instead }) => `${file}:${line} ${word}: write ${instead}`);

/** Without paths of the repository and, in CONTRIBUTING.md, without code and the last column of the glossary. */
function withoutAllowed(file: string, text: string): string {
  const words = text.replace(/\b(electron|renderer|test)\/[\w/.-]+/g, dashes);
  if (file !== 'CONTRIBUTING.md') return words;
  return words.replace(/`[^`]*`/g, dashes).replace(/^(\|[^|]*\|[^|]*\|)[^|]*\|$/gm, '$1 |');
}

const dashes = (text: string): string => text.replace(/\S/g, '-');

/** Every word of a text, at its line. */
function findInText(text: string, firstLine = 1): Found[] {
  const lineOf = (at: number) => firstLine + text.slice(0, at).split('\n').length - 1;
  const words = [...text.matchAll(/[A-Za-z]+/g)].flatMap(({ 0: word, index }) =>
    judge(word).map((instead) => ({ line: lineOf(index), word, instead })),
  );
  // A phrase may be broken over two lines, of a comment too.
  const flat = text.replace(/\n[ \t]*(\*|\/\/)?[ \t]*/g, (gap) => ' '.repeat(gap.length));
  const joined = flat.replace(/ +/g, ' ');
  const phrases = bannedPhrases.flatMap(([phrase, instead]) => {
    const match = phrase.exec(joined);
    if (!match) return [];
    const start = flat.search(new RegExp(match[0].split(' ').map(escapeText).join(' +')));
    return [{ line: lineOf(Math.max(0, start)), word: match[0], instead }];
  });
  return [...words, ...phrases].sort((a, b) => a.line - b.line);
}

/** Every comment, text and name of a source. */
function findInSource(file: string, text: string): Found[] {
  if (file.endsWith('.css')) return findInText(text);
  const source = parse(file, text);
  const lineOf = (at: number) => source.getLineAndCharacterOfPosition(at).line + 1;
  const found = findInComments(source);
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && !apiNames.has(node.text))
      for (const word of node.text.match(/[A-Z]?[a-z]+|[A-Z]+(?![a-z])/g) ?? [])
        found.push(...judge(word).map((instead) => ({ line: lineOf(node.getStart(source)), word, instead })));
    if (isText(node) && !isContract(node.text))
      found.push(...findInText(node.text, lineOf(node.getStart(source))));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found.sort((a, b) => a.line - b.line);
}

/** The texts of a source alone: its names and comments may be the instance's. */
function findInTexts(file: string, text: string): Found[] {
  const source = parse(file, text);
  const found: Found[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) return;
    if (isText(node) && !isContract(node.text))
      found.push(
        ...findInText(node.text, source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1),
      );
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function findInComments(source: ts.SourceFile): Found[] {
  const { text } = source;
  const seen = new Set<number>();
  const found: Found[] = [];
  const look = (node: ts.Node): void => {
    const ranges = [
      ...(ts.getLeadingCommentRanges(text, node.pos) ?? []),
      ...(ts.getTrailingCommentRanges(text, node.end) ?? []),
    ];
    for (const { pos, end } of ranges) {
      // In a text of JSX, `//` of an address is no comment.
      if (seen.has(pos) || node.kind === ts.SyntaxKind.JsxText) continue;
      seen.add(pos);
      found.push(
        ...findInText(withoutPaths(text.slice(pos, end)), source.getLineAndCharacterOfPosition(pos).line + 1),
      );
    }
    for (const child of node.getChildren(source)) look(child);
  };
  look(source);
  return found;
}

/** Paths of the API in comments stand in backticks. */
const withoutPaths = (comment: string): string => comment.replace(/`[^`]*\/[^`]*`/g, dashes);

const parse = (file: string, text: string): ts.SourceFile =>
  ts.createSourceFile(
    file,
    text,
    ts.ScriptTarget.Latest,
    true,
    file.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS,
  );

const isText = (node: ts.Node): node is ts.Node & { text: string } =>
  ts.isStringLiteralLike(node) ||
  ts.isTemplateHead(node) ||
  ts.isTemplateMiddle(node) ||
  ts.isTemplateTail(node) ||
  ts.isJsxText(node);

const isContract = (text: string): boolean => apiNames.has(text) || apiPaths.test(text);

const judge = (word: string): string[] =>
  banned.filter(([pattern]) => pattern.test(word.toLowerCase())).map(([, instead]) => instead);

const escapeText = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
