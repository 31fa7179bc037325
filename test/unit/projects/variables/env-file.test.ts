import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  MAX_NAMES,
  parseEnvFile,
  printDocument,
  printEnv,
  readEnvFile,
} from '../../../../electron/instance/projects/env-files/env-file.ts';

const parse = (text: string) =>
  Object.fromEntries(parseEnvFile(Buffer.from(text)).entries.map(({ name, value }) => [name, value]));
const codeOf = (bytes: Uint8Array | string) => {
  try {
    parseEnvFile(Buffer.from(bytes as string));
    return null;
  } catch (error) {
    const { code, message, details } = error as {
      code: string;
      message: string;
      details: Record<string, unknown>;
    };
    return { code, message, details };
  }
};

describe('reading a .env file', () => {
  it.each([
    ['A=b', { A: 'b' }],
    ['A=', { A: '' }],
    ['A= b c  ', { A: 'b c' }],
    ['  export A = b # note', { A: 'b' }],
    ['A=b#c', { A: 'b#c' }],
    ['A=#c', { A: '#c' }],
    ['A= #c', { A: '' }],
    ['A=\t# c', { A: '' }],
    ['A = # c', { A: '' }],
    ['A= b #c', { A: 'b' }],
    ["A='b # c' # note", { A: 'b # c' }],
    ['A="b\\nc"', { A: 'b\nc' }],
    ["A='b\\nc'", { A: 'b\\nc' }],
    ['A="say \\"hi\\" \\\\ \\$x"', { A: 'say "hi" \\ $x' }],
    ['A=`it\'s "both"`', { A: 'it\'s "both"' }],
    ['A=$HOME/${X}', { A: '$HOME/${X}' }],
    ['A=b=c==', { A: 'b=c==' }],
    ['A={"a": [1, "x"]}', { A: '{"a": [1, "x"]}' }],
    ['A=b\r\nB=c\r\n', { A: 'b', B: 'c' }],
    ['\uFEFFA=b', { A: 'b' }],
    ['# note\n\nA=b', { A: 'b' }],
    [
      'A="-----BEGIN KEY-----\nabc\n-----END KEY-----\n"\nB=1',
      { A: '-----BEGIN KEY-----\nabc\n-----END KEY-----\n', B: '1' },
    ],
    ["A='x\r\ny'", { A: 'x\r\ny' }],
    ['A=grüße 🔑', { A: 'grüße 🔑' }],
  ])('%j', (text, expected) => {
    expect(parse(text)).toEqual(expected);
    expect(printDocument(parseEnvFile(Buffer.from(text)))).toBe(text);
  });

  it('gives every file back byte for byte', () => {
    const line = fc.oneof(
      fc.constant(''),
      fc.string().map((text) => `# ${text.replace(/[\r\n\0]/g, '')}`),
      fc.string({ unit: 'grapheme' }).map((text) => `'${text.replace(/['\0]/g, '')}'`),
    );
    fc.assert(
      fc.property(
        fc.array(line),
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        fc.boolean(),
        (lines, lineEnd, bom, final) => {
          const named = lines.map((text, at) => (text.startsWith("'") ? `V${at} = ${text}` : text));
          const file = Buffer.from((bom ? '\uFEFF' : '') + named.join(lineEnd) + (final ? lineEnd : ''));
          expect(Buffer.from(printDocument(parseEnvFile(file))).equals(file)).toBe(true);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('says line ends, the mark at the start and the final newline', () => {
    expect(parseEnvFile(Buffer.from('\uFEFFA=1\r\nB=2\r\n'))).toMatchObject({
      hasBom: true,
      lineEnd: '\r\n',
      hasFinalNewline: true,
    });
    expect(parseEnvFile(Buffer.from('A=1\nB=2'))).toMatchObject({
      hasBom: false,
      lineEnd: '\n',
      hasFinalNewline: false,
    });
  });

  it.each([
    ['a duplicate name', 'A=1\nB=2\nA=canary', { line: 3, first_line: 1, name: 'A' }],
    ['a bad name', 'A=1\n1B=canary', { line: 2 }],
    ['a name with a dash', 'MY-NAME=canary', { line: 1 }],
    ['a quote that does not end', 'A=1\nB="canary\nC=2', { line: 2 }],
    ['text after a quote', 'A="b" canary', { line: 1 }],
    ['NUL', 'A=1\nB=can\0ary', { line: 2 }],
    ['a line that is none', 'A=1\ncanary', { line: 2 }],
  ])('refuses %s, by its line and without the value', (_, text, details) => {
    const refused = codeOf(text);
    expect(refused).toMatchObject({ code: 'env_file_invalid', details });
    expect(refused?.message).not.toContain('canary');
  });

  it('refuses what is not UTF-8, and what is over 1 MiB', () => {
    expect(codeOf(Buffer.from([0x41, 0x3d, 0xff]))?.code).toBe('env_file_invalid');
    expect(codeOf(Buffer.alloc(2 * 1024 * 1024, 'A'))?.code).toBe('env_file_invalid');
  });

  it('takes no longer than in proportion to its input', () => {
    const nasty = `A="${'\\'.repeat(500_000)}`;
    expect(codeOf(nasty)?.code).toBe('env_file_invalid');
    expect(codeOf(`${' '.repeat(500_000)}A`)?.code).toBe('env_file_invalid');
  });
});

describe('reading a .env file as far as it goes', () => {
  const read = (text: string) => {
    const { entries, refused } = readEnvFile(Buffer.from(text));
    return {
      taken: Object.fromEntries(entries.map(({ name, value }) => [name, value])),
      refused: refused.map(({ line, name, reason }) => [line, name, reason]),
    };
  };

  it.each([
    [
      'a quote that does not end',
      'A="canary\nB=2\n',
      [1, 'A', 'The quote that starts on this line is not closed.'],
    ],
    ['text after a quote', "A='x' canary\nB=2\n", [1, 'A', 'There is text after the closing quote.']],
    ['a digit first', '2FA=canary\nB=2\n', [1, '2FA', 'A name starts with a letter or an underscore.']],
    ['a dash', 'MY-A=canary\nB=2\n', [1, 'MY-A', 'A name may only contain letters, digits and underscores.']],
    ['no name at all', 'canary\nB=2\n', [1, null, 'This line is not NAME=value, a comment or blank.']],
    ['a name again', 'B=2\n\nB=canary\n', [3, 'B', 'B occurs twice: on line 1 and on line 3.']],
  ])('goes on past %s', (_, text, refused) => {
    expect(read(text)).toEqual({ taken: { B: '2' }, refused: [refused] });
  });

  it('goes on in the next line after a quote that ends in one that is none of its own', () => {
    expect(read("A='one\nB='two'\nC=3\n")).toEqual({
      taken: { B: 'two', C: '3' },
      refused: [[1, 'A', 'There is text after the closing quote.']],
    });
  });

  it('takes no name that a variable could not have, however long', () => {
    expect(read(`${'A'.repeat(501)}=x\nB=2\n`).refused).toEqual([
      [1, null, 'A name may have at most 500 characters.'],
    ]);
    expect(read(`${'A'.repeat(500)}="x\n`).refused[0]?.[1]).toHaveLength(500);
  });

  it('shows nothing of a broken line that may be a piece of a value', () => {
    expect(read('K=-----BEGIN\nab+cd/ef==\n').refused).toEqual([
      [2, null, 'A name may only contain letters, digits and underscores.'],
    ]);
  });

  it.each([
    ['NUL', Buffer.from('A=1\nB=\0')],
    ['what is not UTF-8', Buffer.from([0x41, 0x3d, 0xff])],
    ['over 1 MiB', Buffer.alloc(1024 * 1024 + 1, 'A')],
  ])('refuses %s as a whole', (_, bytes) => {
    expect(() => readEnvFile(bytes)).toThrow(expect.objectContaining({ code: 'env_file_invalid' }));
  });

  it('takes of any text what is taken of it without the refused lines, and loses no byte', () => {
    const part = fc.constantFrom(
      ...[
        'A',
        'B',
        'export ',
        '=',
        '"',
        "'",
        '`',
        '\\',
        '\n',
        '\n',
        '\r\n',
        ' ',
        '#',
        '$',
        '\t',
        'ü',
        '0',
        '-',
      ],
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 60 }), (parts) => {
        const text = parts.join('');
        const document = readEnvFile(Buffer.from(text));
        expect(printDocument(document)).toBe(text);
        const good = document.pieces.filter(({ refused }) => !refused).map((piece) => piece.text);
        const strict = parseEnvFile(Buffer.from(good.join('')));
        const withoutLines = (entries: typeof strict.entries) =>
          entries.map(({ name, value }) => ({ name, value }));
        expect(withoutLines(strict.entries)).toEqual(withoutLines(document.entries));
        const error = codeOf(text);
        expect(error?.details?.line).toBe(document.refused[0]?.line);
        if (document.refused.length === 0) expect(parseEnvFile(Buffer.from(text))).toEqual(document);
      }),
      { numRuns: 20_000 },
    );
  });

  it.each([
    ['quotes that never end', 'A="\\\n'],
    ['quotes of all three kinds', 'A=\'\nB=`\nC="x\n'],
    ['names again and again', 'A=1\n'],
    ['lines that are none', '(\n'],
  ])('takes no longer than in proportion to its input, for %s', (_, line) => {
    // As many lines as a file may have, and behind them as much text as it may have.
    const lines = line.repeat(Math.floor(MAX_NAMES / line.split('\n').length));
    const text = `${lines}#${'x'.repeat(1_000_000 - lines.length)}`;
    const started = performance.now();
    readEnvFile(Buffer.from(text));
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

describe('writing a .env file', () => {
  it('leaves nothing for a shell to run', () => {
    const value = "it's `touch /tmp/x` $(id) ${HOME}";
    expect(printEnv([{ name: 'A', value }])).toBe('A="it\'s \\`touch /tmp/x\\` \\$(id) \\${HOME}"\n');
    expect(parse(printEnv([{ name: 'A', value }]))).toEqual({ A: value });
  });

  it('reads back as the same values, whatever they are', () => {
    const value = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 200 }),
      fc.string({ unit: fc.constantFrom(...'\'"`\\$#\n\r\t =x{}'), maxLength: 30 }),
    );
    fc.assert(
      fc.property(fc.array(value, { maxLength: 20 }), (values) => {
        const variables = values
          .filter((text) => !text.includes('\0') && text.isWellFormed())
          .map((text, at) => ({ name: `V${at}`, value: text }));
        const back = parseEnvFile(Buffer.from(printEnv(variables))).entries;
        expect(back.map(({ name, value: text }) => ({ name, value: text }))).toEqual(variables);
      }),
      { numRuns: 5000 },
    );
  });
});
