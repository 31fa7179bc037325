import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect } from 'vitest';
import { startChild } from '../../child.ts';
import { canOpenTerminal } from '../../e2e/terminal.ts';
import { requires } from '../../requires.ts';

const it = requires('a terminal', canOpenTerminal(), 'needs script (util-linux)');
const prompt = join(import.meta.dirname, '../../../electron/cli/prompt.ts');

/** Asks on a terminal, and says for each question whether the terminal still echoed when it was written. */
const program = (ask: 'askHidden' | 'askLine') => `
  const { ${ask} } = await import(${JSON.stringify(pathToFileURL(prompt).href)});
  const write = process.stderr.write;
  let echoes = null;
  process.stderr.write = function (text, ...rest) {
    if (String(text).includes('Question')) echoes = process.stdin.isRaw !== true;
    return write.call(process.stderr, text, ...rest);
  };
  const answer = await ${ask}('Question: ');
  console.log(JSON.stringify({ echoes, letters: answer.length }));
`;

async function ask(how: 'askHidden' | 'askLine'): Promise<string> {
  const source = Buffer.from(program(how)).toString('base64');
  const url = `data:text/javascript;base64,${source}`;
  const child = startChild('script', [
    '-qefc',
    `'${process.execPath}' --disable-warning=ExperimentalWarning -e 'import("${url}")'`,
    '/dev/null',
  ]);
  await child.waitUntil(() => child.out.includes('Question'));
  child.process.stdin?.write('tyiped\x7f\r');
  await child.waitForEnd();
  return child.out;
}

describe('a question on a terminal', () => {
  it('for a secret is written only once the terminal shows nothing of the answer', async () => {
    const screen = await ask('askHidden');
    expect(screen).toContain('{"echoes":false,"letters":5}');
    expect(screen).not.toContain('ty');
  });

  it('stays when a letter of the answer is taken back', async () => {
    const screen = await ask('askLine');
    expect(screen).toContain('{"echoes":false,"letters":5}');
    // What is drawn again after the letter was taken back begins with the question.
    expect(screen.split('\x1b[0J').at(-1)).not.toContain('tyiped');
    expect(screen.match(/Question: /g)?.length).toBeGreaterThan(1);
  });
});
