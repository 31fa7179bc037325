import ts from 'typescript';

/** A test as it is written in its file. */
export interface WrittenTest {
  /** Titles of the groups around it, the outermost first. */
  groups: string[];
  /** With placeholders, where it is the title of the tests of a table. */
  title: string;
  /** The titles these tests have, where their table is written out beside them; null for one that is computed. */
  rows: string[] | null;
}

const PLACEHOLDER = /%[sdifjo]|\$\w+|\$\{[^}]*\}/g;

export const isTemplate = (title: string) => title.match(PLACEHOLDER) !== null;
/** What of a title tells it from others. */
export const countOwnWords = (title: string) =>
  title
    .replace(PLACEHOLDER, ' ')
    .split(/[^\p{L}\d]+/u)
    .filter((word) => word !== '').length;

/** The tests of a file: calls with a title and a function. Groups are those whose name begins with `describe`. */
export function listTests(source: string): WrittenTest[] {
  const file = ts.createSourceFile('test.ts', source, ts.ScriptTarget.Latest, true);
  const tests: WrittenTest[] = [];
  const visit = (node: ts.Node, groups: string[]): void => {
    const call = ts.isCallExpression(node) ? readCall(node) : null;
    if (call && !call.isGroup) tests.push({ groups, title: call.title, rows: call.rows });
    const inside = call?.isGroup ? [...groups, call.title] : groups;
    ts.forEachChild(node, (child) => visit(child, inside));
  };
  visit(file, []);
  return tests;
}

interface TitledCall {
  isGroup: boolean;
  title: string;
  rows: string[] | null;
}

function readCall(call: ts.CallExpression): TitledCall | null {
  const [first, ...others] = call.arguments;
  if (!first || !others.some((each) => ts.isArrowFunction(each) || ts.isFunctionExpression(each)))
    return null;
  const title = readTitle(first);
  if (title === null) return null;
  const { expression } = call;
  // it('…'), it.skip('…'), it.each(table)('…')
  const table = ts.isCallExpression(expression) ? expression : null;
  const name = rootOf(table ? table.expression : expression);
  if (name === null || (table && !/\.each(<|$)/.test(table.expression.getText()))) return null;
  const [given] = table?.arguments ?? [];
  return { isGroup: name.startsWith('describe'), title, rows: given ? listRows(title, given) : null };
}

/** `it` of `it.skip`; null for methods of other things, such as `page.on`. */
function rootOf(expression: ts.Expression): string | null {
  if (ts.isIdentifier(expression)) return expression.text;
  if (!ts.isPropertyAccessExpression(expression)) return null;
  return ['each', 'skip', 'only', 'concurrent', 'skipIf', 'runIf'].includes(expression.name.text)
    ? rootOf(expression.expression)
    : null;
}

function readTitle(node: ts.Expression): string | null {
  if (ts.isStringLiteralLike(node)) return node.text;
  return ts.isTemplateExpression(node) ? node.getText().slice(1, -1) : null;
}

/** `x` of `x as const`. */
const withoutType = (node: ts.Expression) => (ts.isAsExpression(node) ? node.expression : node);

function listRows(title: string, given: ts.Expression): string[] | null {
  const table = withoutType(given);
  if (!ts.isArrayLiteralExpression(table) || table.elements.some((row) => ts.isSpreadElement(row)))
    return null;
  return table.elements.map(withoutType).map((row) => {
    const cells = ts.isArrayLiteralExpression(row) ? [...row.elements] : [row];
    return title.replace(/%[sdif]/g, (placeholder) => {
      const cell = cells.shift();
      if (cell === undefined) return placeholder;
      return ts.isStringLiteralLike(cell) || ts.isNumericLiteral(cell) ? cell.text : cell.getText();
    });
  });
}
