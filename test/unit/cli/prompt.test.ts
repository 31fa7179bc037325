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
  try {
    const answer = await ${ask}('Question: ');
    console.log(JSON.stringify({ echoes, letters: answer.length }), Buffer.from(answer).toString('hex'));
  } catch (error) {
    console.log(error.message);
  }
`;

/** In a shell that says afterwards what was left for it to run. */
async function ask(
  how: 'askHidden' | 'askLine',
  typed: string | Buffer = 'tyiped\x7f\r',
  term = 'xterm',
): Promise<string> {
  const source = Buffer.from(program(how)).toString('base64');
  const url = `data:text/javascript;base64,${source}`;
  const node = `"${process.execPath}" --disable-warning=ExperimentalWarning -e "import(\\"${url}\\")"`;
  const left = 'rest=; while IFS= read -r -t 0.2 line; do rest="$rest|$line"; done; echo "left: [$rest]"';
  const child = startChild('script', ['-qefc', `bash -c '${node}; ${left}'`, '/dev/null'], {
    env: { ...process.env, TERM: term },
  });
  await child.waitUntil(() => child.out.includes('Question'));
  child.process.stdin?.write(typed);
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

  const PEM = '-----BEGIN KEY-----\ncanary/one+two==\n-----END KEY-----\n';
  const asTerminalsSend = PEM.replaceAll('\n', '\r');
  const hex = (text: string) => Buffer.from(text).toString('hex');

  it('takes what is pasted whole, where the terminal marks it', async () => {
    const screen = await ask('askHidden', `\x1b[200~${asTerminalsSend}\x1b[201~\r`);
    expect(screen).toContain(hex(PEM));
    expect(screen).toContain('left: []');
    // Switched on for the question, and off again.
    expect(
      screen
        .split('\x1b[?2004')
        .slice(1)
        .map((piece) => piece[0]),
    ).toEqual(['h', 'l']);
  });

  it.each([
    'askHidden',
    'askLine',
  ] as const)('refuses several lines in one paste, and leaves none for the shell: %s', async (how) => {
    // More than a terminal gives out at once.
    for (const lines of [asTerminalsSend, `first\r${'x'.repeat(200)}\r`.repeat(30)]) {
      const screen = await ask(how, lines, 'dumb');
      expect(screen).toContain('Several lines were pasted');
      expect(screen).toContain('left: []');
      if (how === 'askHidden') expect(screen).not.toContain('canary');
    }
  });

  it('knows the keys that take back, and those that move for no letters', async () => {
    const cases: [typed: string, answer: string][] = [
      ['ab\x15cd\r', 'cd'],
      ['one two\x17three\r', 'one three'],
      ['a\x1b[Db\x1b[3~c\x1bOA\r', 'abc'],
      ['\u{1F511}\u{1F511}\x7f\r', '\u{1F511}'],
      ['a\tb\r', 'a\tb'],
      ['\x1b[200~single\r\x1b[201~\r', 'single'],
    ];
    for (const [typed, answer] of cases)
      expect(await ask('askHidden', typed), JSON.stringify(typed)).toContain(`} ${hex(answer)}`);
  });

  it('is cancelled by Ctrl-C, and by Ctrl-D where nothing was typed; what is no text is refused', async () => {
    expect(await ask('askHidden', 'abc\x03')).toContain('Cancelled.');
    expect(await ask('askHidden', '\x04')).toContain('Cancelled.');
    expect(await ask('askHidden', Buffer.from([0x61, 0xff, 0xfe, 0x0d]))).toContain('not UTF-8');
  });
});
