import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportFormats } from '../../../electron/cli/env/formats.ts';
import { startChild } from '../../child.ts';
import { commandLineEnv } from '../../command-line-env.ts';
import { program } from '../../program.ts';
import { requires } from '../../requires.ts';
import { canOpenTerminal, type Served, serve, temps } from '../terminal.ts';

let folder: string;
let dataDir: string;
let served: Served;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'temps-completion-'));
  dataDir = join(folder, 'data');
  for (const name of ['bin', 'work', 'data']) mkdirSync(join(folder, name));
  const command = join(folder, 'bin/temps-desktop');
  writeFileSync(command, `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`);
  chmodSync(command, 0o755);
  writeFileSync(join(folder, 'script'), temps(dataDir, ['completion', 'bash']).out);
  served = await serve(dataDir);
  for (const name of ['shop', 'quarry']) temps(dataDir, ['projects', 'create', name]);
  for (const key of ['PORT', 'HOST']) temps(dataDir, ['env', 'set', key, '-p', 'shop', '--plain'], '1');
  temps(dataDir, ['projects', 'environments', 'create', 'staging', '-p', 'shop']);
  temps(dataDir, ['env', 'set', 'ONLY_HERE', '-p', 'shop', '-e', 'staging', '--plain'], '1');
});
afterAll(async () => {
  await served.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** What bash offers behind a line. The last word is the one that is being typed. */
function complete(line: string, data = dataDir): string[] {
  const words = ['temps-desktop', ...line.split(' ')].map((word) => `'${word}'`);
  const script = [
    'files=1; compopt() { files=0; }',
    `source ${join(folder, 'script')}`,
    `COMP_WORDS=(${words.join(' ')}); COMP_CWORD=${words.length - 1}; _temps_desktop`,
    'printf "%s\\n" "${COMPREPLY[@]}"; exit "$files"',
  ];
  const { status, stdout, stderr } = spawnSync('bash', ['-c', script.join('\n')], {
    cwd: join(folder, 'work'),
    env: { ...commandLineEnv(data), PATH: `${join(folder, 'bin')}:${process.env.PATH}` },
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  const said = stdout.split('\n').filter(Boolean);
  // Where it offers nothing itself, bash offers files unless it was told not to.
  return said.length === 0 && status === 1 ? ['<files>'] : said;
}

const ASK_AGAIN_MS = 50_000;

/** Names come within a tenth of a second, or not at all: on a busy machine one presses Tab again. */
function askAgain<Offer>(ask: () => Offer[], least: number): Offer[] {
  const giveUpAt = Date.now() + ASK_AGAIN_MS;
  let offered = ask();
  while (offered.length < least && Date.now() < giveUpAt) offered = ask();
  return offered;
}

const completeNames = (line: string): string[] => askAgain(() => complete(line), 1);

const isHere = (shell: string): boolean => spawnSync(shell, ['-c', 'true']).status === 0;

describe('completion by bash', () => {
  it.each<[string, string[]]>([
    ['env list -p ', ['quarry', 'shop']],
    ['env list --project sh', ['shop']],
    ['env list --project = sh', ['shop']],
    ['projects delete ', ['quarry', 'shop']],
    ['env list -p shop -e ', ['production', 'staging']],
    ['env get -p shop ', ['HOST', 'ONLY_HERE', 'PORT']],
    ['env get -p shop -e staging ', ['ONLY_HERE']],
    ['env rm -p shop P', ['PORT']],
    ['env copy -p shop st', ['staging']],
    ['env get -p nowhere ', []],
    ['env get ', []],
  ])('offers names, of the project that is named: %s', (line, offered) => {
    const found = offered.length > 0 ? completeNames(line) : complete(line);
    expect(found.toSorted()).toEqual(offered);
  });

  it('offers names of the project of the folder', () => {
    const link = join(folder, 'work/.temps.json');
    writeFileSync(link, JSON.stringify({ project: 'shop', environment: 'staging' }));
    expect(completeNames('env get ')).toEqual(['ONLY_HERE']);
    rmSync(link);
  });

  it.each<[string, string[]]>([
    ['env export -p shop --format ', Object.keys(exportFormats)],
    ['env import x --repeated l', ['last']],
    ['projects members r', ['role', 'remove']],
    ['completion ', ['bash', 'zsh', 'fish', 'names']],
    ['env import --al', ['--allow-empty']],
    ['env get PORT --pro', ['--project']],
    // What nobody can guess.
    ['env set KEY --note ', []],
    ['users invite --email ', []],
    ['projects create ', ['--sample', '--data-dir', '--json', '--help']],
    ['users revoke ', []],
    // Files.
    ['env import ', ['<files>']],
    ['key copy --to ', ['<files>']],
    ['env list --data-dir ', ['<files>']],
    ['run -p shop -- node ', ['<files>']],
  ])('offers what fits: %s', (line, offered) => {
    expect(complete(line)).toEqual(offered);
  });

  it('offers the programs that there are behind run --', () => {
    expect(complete('run -p shop -- prin')).toContain('printf');
  });

  it('asks nobody where no instance runs, and where one does not answer', async () => {
    const none = join(folder, 'none');
    expect(complete('env list -p ', none)).toEqual([]);
    expect(existsSync(none)).toBe(false);

    const silent = join(folder, 'silent');
    mkdirSync(silent);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(silent, 'temps.sock'), resolve));
    const { code, out, err } = temps(silent, ['completion', 'names', 'projects']);
    expect([code, out, err]).toEqual([0, '', '']);
    await new Promise((resolve) => server.close(resolve));
  });
});

/** A line, and what is offered behind it; the program behind `run --`, and a file. */
const elsewhere: [string, string[]][] = [
  ['env un', ['undo', 'unusual']],
  ['env list -p ', ['quarry', 'shop']],
  ['env list -p shop -e ', ['production', 'staging']],
  ['env get -p shop ', ['HOST', 'ONLY_HERE', 'PORT']],
  ['env get -p nowhere ', []],
  ['env export -p shop --format ', Object.keys(exportFormats)],
  ['env import x --repeated l', ['last']],
  ['env import --al', ['--allow-empty']],
  ['projects members r', ['remove', 'role']],
  ['backup destinations re', ['recipients', 'remove']],
  ['users revoke ', []],
  ['env set KEY --note ', []],
  ['env import ', ['here.env']],
  ['run -p shop -- printen', ['printenv']],
  ['run -p shop -- node h', ['here.env']],
];

function prepareShell(name: string): NodeJS.ProcessEnv {
  writeFileSync(join(folder, 'work/here.env'), '');
  const home = join(folder, name);
  mkdirSync(home, { recursive: true });
  const script = join(home, 'script');
  writeFileSync(script, temps(dataDir, ['completion', name]).out);
  return { ...commandLineEnv(dataDir), HOME: home, PATH: `${join(folder, 'bin')}:${process.env.PATH}` };
}

describe('completion by fish', () => {
  const it = requires('fish', isHere('fish'), 'is not installed');
  it('offers what fits, as bash does', { timeout: 400_000 }, () => {
    const env = prepareShell('fish');
    const complete = (line: string) => {
      const asked = `source ~/script; complete -C 'temps-desktop ${line}'`;
      const { stdout, stderr } = spawnSync('fish', ['-c', asked], {
        cwd: join(folder, 'work'),
        env,
        encoding: 'utf8',
      });
      expect(stderr, line).toBe('');
      // With what it says of each, behind a tab.
      return stdout
        .split('\n')
        .filter(Boolean)
        .map((offer) => offer.split('\t')[0]);
    };
    for (const [line, offered] of [...elsewhere, ['env list --project=sh', ['--project=shop']] as const])
      expect(
        askAgain(() => complete(line), offered.length),
        line,
      ).toEqual(offered.toSorted());
  });
});

describe('completion by zsh', () => {
  const it = requires('zsh', isHere('zsh') && canOpenTerminal(), 'is not installed');
  it('offers what fits, as bash does', { timeout: 400_000 }, async () => {
    const env = prepareShell('zsh');
    const log = join(folder, 'zsh/offers');
    // What is offered goes to a file, each time that Tab is pressed.
    const setUp = `autoload -Uz compinit && compinit -u -D
source ~/script
PS1='READY> '
compadd() {
  local -a matches
  builtin compadd -O matches "$@"
  print -l -- "\${matches[@]}" >> ${log}
  builtin compadd "$@"
}
press-tab() { : > ${log}; zle complete-word; print DONE >> ${log}; zle kill-whole-line }
zle -N press-tab
bindkey '^I' press-tab
`;
    writeFileSync(join(folder, 'zsh/.zshrc'), setUp);
    const child = startChild('script', ['-qefc', 'zsh -i', '/dev/null'], {
      cwd: join(folder, 'work'),
      env: { ...env, ZDOTDIR: env.HOME, TERM: 'dumb' },
    });
    await child.waitUntil(() => child.out.includes('READY'));
    const complete = async (line: string) => {
      rmSync(log, { force: true });
      child.process.stdin?.write(`temps-desktop ${line}\t`);
      await child.waitUntil(() => existsSync(log) && readFileSync(log, 'utf8').endsWith('DONE\n'));
      return [...new Set(readFileSync(log, 'utf8').split('\n'))].filter(
        (word) => !['', 'DONE'].includes(word),
      );
    };
    for (const [line, offered] of elsewhere) {
      let found = await complete(line);
      const giveUpAt = Date.now() + ASK_AGAIN_MS;
      while (found.length < offered.length && Date.now() < giveUpAt) found = await complete(line);
      expect(found.toSorted(), line).toEqual(offered.toSorted());
    }
    expect(child.out).not.toContain('_temps_desktop:');
    await child.stop('SIGKILL');
  });
});

describe('the commands that its help names', () => {
  it('work in a new home', () => {
    const { out } = temps(dataDir, ['completion', '--help']);
    const home = join(folder, 'home');
    mkdirSync(home);
    const [, line = ''] = /^ +(mkdir -p \S+bash-completion\S+ && .*)$/m.exec(out) ?? [];
    const ran = spawnSync(
      'bash',
      ['-c', `${line}\nsource <(temps-desktop completion bash); complete -p temps-desktop`],
      {
        env: { ...commandLineEnv(dataDir), HOME: home, PATH: `${join(folder, 'bin')}:${process.env.PATH}` },
        encoding: 'utf8',
      },
    );
    expect([ran.stderr, ran.stdout]).toEqual(['', expect.stringContaining('_temps_desktop')]);
    expect(existsSync(join(home, '.local/share/bash-completion/completions/temps-desktop'))).toBe(true);
  });
});
