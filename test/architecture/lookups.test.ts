import { join, relative } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** Reads of an object by a name from elsewhere that may stay, each with its reason. */
const allowed: Record<string, string> = {
  'electron/instance/vault/secrets/doctor.ts report.byKey[row.keyFingerprint]':
    'fingerprints that the database checks, counted into an object that was empty',
  'electron/instance/vault/rotation/reseal-job.ts counts[kind]': 'kinds that the database counted itself',
  'electron/instance/http/to-answer.ts given[source]': 'names of a shape, which is our own code',
  'electron/instance/http/to-answer.ts answer[name]': 'as above',
  'electron/instance/kernel/process-hosts.ts process.env[name]': 'names of our own list',
  'electron/cli/command.ts values[name]':
    'parseArgs makes it without a prototype; names are those of our own code',
  'electron/cli/key/key-rotate-commands.ts values[name]': 'as above',
};

/**
 * SECURITY: `record[name]` finds what every object inherits: for `constructor` a function, for `__proto__` an object.
 * Names that come from outside are looked up in a Map, or behind Object.hasOwn of the same object and name.
 */
it('no name from elsewhere is looked up in an object that inherits', () => {
  const found = ['tsconfig.json', 'renderer/tsconfig.json'].flatMap((config) =>
    findLookups(openProgram(config)),
  );
  expect([...new Set(found)].sort()).toEqual(Object.keys(allowed).sort());
});

it('finds one that is planted, and none behind Object.hasOwn', () => {
  const source = `
    declare const words: Record<string, string>;
    export const planted = (name: string) => words[name];
    export const guarded = (name: string) => (Object.hasOwn(words, name) ? words[name] : undefined);
    export const closed = (name: 'a' | 'b') => words[name];
  `;
  const host = ts.createCompilerHost({});
  const readFile = host.getSourceFile.bind(host);
  host.getSourceFile = (name, ...rest) =>
    name === 'planted.ts'
      ? ts.createSourceFile(name, source, ts.ScriptTarget.Latest, true)
      : readFile(name, ...rest);
  const program = ts.createProgram(['planted.ts'], { strict: true, target: ts.ScriptTarget.ES2023 }, host);
  const file = program.getSourceFile('planted.ts');
  expect(file && findIn(file, program.getTypeChecker())).toEqual(['words[name]']);
});

function openProgram(config: string): ts.Program {
  const parsed = ts.getParsedCommandLineOfConfigFile(
    join(root, config),
    {},
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => undefined },
  );
  if (!parsed) throw new Error(`${config} cannot be read.`);
  return ts.createProgram(parsed.fileNames.filter(isOurs), parsed.options);
}

/** Not the tests, nor what they are written with, which is most of what would be read. */
const isOurs = (file: string) => /^(electron|renderer)\//.test(relative(root, file));

function findLookups(program: ts.Program): string[] {
  const checker = program.getTypeChecker();
  return program
    .getSourceFiles()
    .filter((file) => !file.isDeclarationFile && isOurs(file.fileName))
    .flatMap((file) => findIn(file, checker).map((text) => `${relative(root, file.fileName)} ${text}`));
}

function findIn(file: ts.SourceFile, checker: ts.TypeChecker): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isElementAccessExpression(node) && isOpen(node, checker) && !isGuarded(node))
      found.push(node.getText());
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** Any text for a name, in what is neither a list nor a text. */
function isOpen(
  { expression, argumentExpression }: ts.ElementAccessExpression,
  checker: ts.TypeChecker,
): boolean {
  const name = checker.getTypeAtLocation(argumentExpression);
  const names = name.isUnion() ? name.types : [name];
  return (
    names.some(({ flags }) => flags & ts.TypeFlags.String) &&
    !checker.isArrayLikeType(checker.getTypeAtLocation(expression))
  );
}

function isGuarded(node: ts.ElementAccessExpression): boolean {
  const guard = `Object.hasOwn(${node.expression.getText()}, ${node.argumentExpression.getText()})`;
  for (let outer: ts.Node = node; outer && !ts.isFunctionLike(outer); outer = outer.parent)
    if (ts.isConditionalExpression(outer) && outer.condition.getText().includes(guard)) return true;
  return false;
}
