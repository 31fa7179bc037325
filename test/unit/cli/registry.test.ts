import { describe, expect, it, vi } from 'vitest';
import type { Command } from '../../../electron/cli/command.ts';
import { runCommandLine } from '../../../electron/cli/command-line.ts';
import { type CommandGroup, formatOverview, groups } from '../../../electron/cli/registry.ts';

/** What is wrong with groups of commands, one line each. */
async function findFaults(given: Readonly<Record<string, CommandGroup>>): Promise<string[]> {
  const faults: string[] = [];
  for (const [word, { subcommands, load }] of Object.entries(given)) {
    const shown = subcommands?.map((subcommand) => `${word} ${subcommand}`) ?? [word];
    const { commands } = await load();
    for (const name of shown) {
      if (!Object.hasOwn(commands, name)) faults.push(`${name}: in the overview, not in its file`);
      if (shown.indexOf(name) !== shown.lastIndexOf(name)) faults.push(`${name}: twice in the overview`);
    }
    for (const [name, { usage }] of Object.entries(commands)) {
      if (!shown.includes(name)) faults.push(`${name}: in its file, not in the overview`);
      if (!`${usage} `.startsWith(`${name} `)) faults.push(`${name}: its usage begins with another name`);
    }
  }
  return faults;
}

describe('the groups of commands', () => {
  it('are what their files hold and what the overview shows', async () => {
    expect(await findFaults(groups)).toEqual([]);
  });

  it.each<[string[], Record<string, string>, string]>([
    [['list', 'move'], { 'pets list': 'pets list' }, 'pets move: in the overview, not in its file'],
    [
      ['list'],
      { 'pets list': 'pets list', 'pets rm': 'pets rm' },
      'pets rm: in its file, not in the overview',
    ],
    [['list'], { 'pets list': 'pets lists [--all]' }, 'pets list: its usage begins with another name'],
    [['list', 'list'], { 'pets list': 'pets list' }, 'pets list: twice in the overview'],
  ])('would be found wrong: %j of %j', async (subcommands, usages, fault) => {
    const toCommand = (usage: string): Command => ({ usage, summary: '', run: async () => 0 });
    const commands = Object.fromEntries(
      Object.entries(usages).map(([name, usage]) => [name, toCommand(usage)]),
    );
    const pets: CommandGroup = { subcommands, about: 'pets', load: async () => ({ commands }) };
    expect(await findFaults({ pets })).toContain(fault);
  });

  it('belong to a program that says its version', async () => {
    const out = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    try {
      expect(await runCommandLine(['--version'])).toBe(0);
      expect(String(out.mock.calls)).toMatch(/^temps-desktop \d+\.\d+\.\d+\n/);
    } finally {
      vi.restoreAllMocks();
    }
  });

  it('say what they have on standard output where they are asked, and as an error where one is missing', async () => {
    const [out, err] = [process.stdout, process.stderr].map((stream) =>
      vi.spyOn(stream, 'write').mockReturnValue(true),
    );
    try {
      expect(await runCommandLine(['backup', '--help'])).toBe(0);
      expect(String(out?.mock.calls)).toContain('backup export ID --to FILE');
      expect(err?.mock.calls).toEqual([]);
      expect(await runCommandLine(['backup'])).toBe(2);
      expect(String(err?.mock.calls)).toContain('backup export ID --to FILE');
    } finally {
      vi.restoreAllMocks();
    }
  });

  it('have their lines in the overview, in columns', () => {
    const overview = formatOverview();
    expect(overview).toContain('\n  serve                                  run the instance\n');
    expect(overview).toContain(
      `\n  env list|get|set|note|expires|ends|rename|rm|import|compare|copy|promote|undo|history|export|encrypt|plain|reads|unusual\n${' '.repeat(41)}list, set, import, export, compare and copy variables, and who read them\n`,
    );
    expect(overview).toMatch(/\n {2}key status\|copy\|\S+\n {41}copy, verify, move, /);
    for (const [word, { about }] of Object.entries(groups)) {
      expect(overview).toMatch(new RegExp(`^ {2}${word}( |$)`, 'm'));
      expect(overview).toContain(` ${about}\n`);
    }
  });
});
