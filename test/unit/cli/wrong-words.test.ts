import { afterEach, describe, expect, it, vi } from 'vitest';
import { runCommandLine } from '../../../electron/cli/command-line.ts';
import { countEdits, findMeant } from '../../../electron/cli/line/closest.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

async function say(...words: string[]) {
  const [out, err] = [process.stdout, process.stderr].map((stream) => {
    const texts: string[] = [];
    vi.spyOn(stream, 'write').mockImplementation((text) => {
      texts.push(String(text));
      return true;
    });
    return texts;
  });
  const code = await runCommandLine(words);
  return { code, out: out?.join(''), err: err?.join('') };
}

describe('a word that is no command', () => {
  it.each([
    ['env lst', 'There is no "env lst". Did you mean "env list"? All of them: temps-desktop env --help'],
    ['env ls', 'There is no "env ls". Did you mean "env list"? All of them: temps-desktop env --help'],
    ['env delete', 'There is no "env delete". Did you mean "env rm"? All of them: temps-desktop env --help'],
    ['env show A -p x', 'There is no "env show". Did you mean "env get"?'],
    ['projects rm x', 'There is no "projects rm". Did you mean "projects delete"?'],
    ['env encrpyt', 'There is no "env encrpyt". Did you mean "env encrypt"?'],
    ['env blorptangle', 'There is no "env blorptangle". All of them: temps-desktop env --help'],
    [
      'porjects list',
      'There is no command "porjects". Did you mean "projects"? All of them: temps-desktop --help',
    ],
    ['secrets', 'There is no command "secrets". Did you mean "env"?'],
    ['containers', 'There is no command "containers". Did you mean "apps"?'],
    ['releases', 'There is no command "releases". Did you mean "deployments"?'],
    ['apps ps', 'There is no "apps ps".'],
    ['apps show -p x', 'There is no "apps show". Did you mean "apps status"?'],
    ['apps delete', 'There is no "apps delete". Did you mean "apps remove"?'],
    ['deployments rolback', 'There is no "deployments rolback". Did you mean "deployments rollback"?'],
    ['__proto__', 'There is no command "__proto__".'],
    ['env __proto__', 'There is no "env __proto__".'],
    ['help nothing', 'There is no command "nothing".'],
  ])('is named, with the one that was meant: %s', async (line, said) => {
    const { code, out, err } = await say(...line.split(' '));
    expect([code, out]).toEqual([2, '']);
    expect(err?.startsWith(`temps-desktop: ${said}`), err).toBe(true);
    expect(err?.trimEnd()).not.toContain('\n');
  });

  it.each([
    [
      'backup destinations lst',
      'There is no "backup destinations lst". Did you mean "backup destinations list"?',
    ],
    [
      'backup schedules rm daily',
      'There is no "backup schedules rm". Did you mean "backup schedules remove"?',
    ],
    ['backup writers lst', 'There is no "backup writers lst". Did you mean "backup writers list"?'],
    ['backup former remove x', 'There is no "backup former remove". Did you mean "backup former delete"?'],
    ['projects members ad x', 'There is no "projects members ad". Did you mean "projects members add"?'],
    ['projects tokens blorp', 'There is no "projects tokens blorp".'],
    ['key split chek', 'There is no "key split chek". Did you mean "key split check"?'],
    ['key recovery renter 1', 'There is no "key recovery renter". Did you mean "key recovery reenter"?'],
    ['env plain __proto__ A', 'There is no "env plain __proto__".'],
    ['completion bsh', 'There is no "completion bsh". Did you mean "completion bash"?'],
  ])('is named where it is an argument: %s', async (line, said) => {
    const { code, out, err } = await say(...line.split(' '));
    expect([code, out]).toEqual([2, '']);
    expect(err?.startsWith(`temps-desktop: ${said}\nusage: temps-desktop `), err).toBe(true);
  });

  it.each([
    [
      'env list --projct x',
      'There is no option --projct here. Did you mean "--project"?\nusage: temps-desktop env list',
    ],
    ['env list --zebra=1', 'There is no option --zebra here.\nusage: temps-desktop env list'],
    ['env list -x', 'There is no option -x here.\nusage: temps-desktop env list'],
  ])('is named where it is an option: %s', async (line, said) => {
    const { code, err } = await say(...line.split(' '));
    expect(code).toBe(2);
    expect(err?.startsWith(`temps-desktop: ${said}`), err).toBe(true);
  });

  it.each([
    ['list', 'lst', 1],
    ['list', 'list', 0],
    ['list', 'lsit', 1],
    ['', 'ab', 2],
    ['history', 'histroy', 1],
  ])('is so far from another: %s, %s', (from, to, edits) => {
    expect(countEdits(from, to)).toBe(edits);
  });

  it('means none where it is like none', () => {
    expect(findMeant('x', ['rm', 'ls'])).toBe(null);
    expect(findMeant('prom', ['promote', 'plain'])).toBe('promote');
  });
});

describe('wrong usage', () => {
  it('says the name of the program once', async () => {
    expect((await say('env', 'get')).err).toBe('usage: temps-desktop env get KEY -p PROJECT [-e ENV]\n');
  });

  it('is explained for a program without -- before it', async () => {
    const { code, err } = await say('run', '-p', 'shop', 'true');
    expect([code, err]).toEqual([
      2,
      expect.stringContaining('stand behind --: temps-desktop run -p PROJECT -- true …\nusage: '),
    ]);
  });

  it('is explained for an image as an argument', async () => {
    const { code, err } = await say('deploy', 'nginx:1.27', '-p', 'shop');
    expect([code, err]).toEqual([
      2,
      expect.stringContaining(
        'stands behind --image: temps-desktop deploy -p PROJECT --image nginx:1.27\nusage: ',
      ),
    ]);
  });

  it.each([
    ['PORT 3001abc'],
    ['PORT=3001abc'],
  ])('is explained for a value as an argument, which is not repeated: env set %s', async (words) => {
    const { code, err } = await say('env', 'set', ...words.split(' '), '-p', 'shop');
    expect([code, err]).toEqual([
      2,
      expect.stringMatching(/A value is never an argument.*env set PORT asks .*\nusage: /),
    ]);
    expect(err).not.toContain('3001abc');
  });
});

it.each([
  '1BAD',
  'A-B',
  '',
])('a name that no variable can have is refused before a value is asked for: %j', async (name) => {
  const { code, err } = await say('env', 'set', name, '-p', 'shop');
  expect([code, err]).toEqual([2, expect.stringContaining('is no name of a variable')]);
});

describe('help', () => {
  it('of a group and of a command is that of --help', async () => {
    expect(await say('help', 'env')).toEqual(await say('env', '--help'));
    expect(await say('help', 'env', 'set')).toEqual(await say('env', 'set', '--help'));
    expect((await say('help')).out).toContain('usage: temps-desktop COMMAND');
  });
});
