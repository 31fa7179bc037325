import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import cases from '../../fixtures/value-ends.json' with { type: 'json' };
import { temps } from '../terminal.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const CERTIFICATE = cases.find(({ from }) => from === 'certificate')?.value ?? '';
/** Of a number of days from now, as the command line prints it; two where midnight is near. */
const dayIn = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);
const part = (claims: unknown) => Buffer.from(JSON.stringify(claims)).toString('base64url');
const tokenIn = (days: number) =>
  `${part({ alg: 'none' })}.${part({ exp: Math.floor(Date.now() / 1000 + days * 86_400) })}.canary`;

let dataDir: string;
beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'temps-ends-'));
  temps(dataDir, ['projects', 'create', 'shop']);
});
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

const run = (...words: string[]) => temps(dataDir, words);
const shop = (...words: string[]) => temps(dataDir, [...words, '-p', 'shop']);
const set = (key: string, value: string, ...more: string[]) =>
  temps(dataDir, ['env', 'set', key, '-p', 'shop', ...more], value);
const lineOf = (text: string, key: string) => text.split('\n').find((line) => line.includes(key)) ?? '';

describe('variables that end, by the command line', () => {
  it('say nothing while nothing ends', () => {
    expect(set('PORT', '3000').out).toBe('Set PORT (plain).\n');
    expect(run('env', 'ends').out).toBe('No variable ends within 30 days.\n');
    expect(run('status').out).not.toContain('Ends ');
    expect(run('doctor').out).not.toContain('ended');
  });

  it('say when a value ends that says it itself', () => {
    expect(set('TLS_CERT', CERTIFICATE, '--plain').out).toContain('It ends 2099-03-01');
    expect(set('TOKEN', tokenIn(5.5), '--secret').out).toContain(`It ends ${dayIn(5.5)} (in 5 days).`);
    expect(set('OLD_TOKEN', tokenIn(-3.5), '--secret').out).toContain('(3 days ago)');
    expect(lineOf(shop('env', 'list').out, 'TLS_CERT')).toContain('ends 2099-03-01');
    expect(lineOf(shop('env', 'list').out, 'PORT')).not.toContain('ends');
    const { out } = run('env', 'ends');
    expect(out.split('\n')[0]).toContain('OLD_TOKEN');
    expect(lineOf(out, 'TOKEN  ')).toContain('shop (production)');
    expect(out).not.toContain('canary');
    expect(run('env', 'ends', '--within', '5').out).not.toContain('\nTOKEN');
    expect(lineOf(run('status').out, 'OLD_TOKEN')).toMatch(
      /^Ends {6}OLD_TOKEN of shop \(production\) ended /,
    );
    const doctor = run('doctor');
    expect([doctor.code, doctor.out]).toEqual([0, expect.stringContaining('2 variables end within 30 days')]);
    expect(JSON.parse(run('status', '--json').out).ending_variables).toMatchObject([
      { key: 'OLD_TOKEN', level: 'over' },
      { key: 'TOKEN', level: 'soon' },
    ]);
  });

  it('end when it is said by hand, until that is taken back', () => {
    expect(set('API_KEY', 'invented', '--secret', '--expires', '90d').out).toContain(`It ends ${dayIn(90)}`);
    expect(set('API_KEY', 'another').out).toContain('That was said by hand before, and stays');
    expect(shop('env', 'expires', 'API_KEY', '2099-03-01').out).toContain('API_KEY: ends 2099-03-01');
    expect(shop('env', 'expires', 'API_KEY', 'found').out).toBe('API_KEY: no end is known.\n');
    expect(shop('env', 'expires', 'TOKEN', '2999-01-01').out).toContain(
      `ends 2999-01-01; the token itself ends ${dayIn(5.5)}`,
    );
    expect(run('env', 'ends').out).not.toContain('\nTOKEN');
    expect(shop('env', 'expires', 'OLD_TOKEN', 'never').out).toContain(
      'said to have no end; the token itself',
    );
    expect(run('env', 'ends').out).toBe('No variable ends within 30 days.\n');
    expect(run('status').out).not.toContain('Ends ');
    expect(set('OLD_TOKEN', tokenIn(-1.5), '--no-expires').out).toContain('It is said to have no end');
    expect(set('OLD_TOKEN', tokenIn(-1.5)).out).toContain('(1 day ago)');
    expect(JSON.parse(shop('env', 'list', '--json').out)).toContainEqual(
      expect.objectContaining({ key: 'TOKEN', expires_from: 'by_hand', found_expires_from: 'jwt' }),
    );
  });

  it('is copied with an environment', () => {
    shop('env', 'expires', 'API_KEY', '2099-03-01');
    expect(shop('projects', 'environments', 'copy', 'production', 'staging').code).toBe(0);
    const copied = shop('env', 'list', '-e', 'staging').out;
    expect(lineOf(copied, 'API_KEY')).toContain('ends 2099-03-01');
    expect(lineOf(copied, 'TLS_CERT')).toContain('ends 2099-03-01');
    expect(lineOf(copied, ' TOKEN') || lineOf(copied, 'TOKEN  ')).toContain('ends');
  });

  it('is refused where it is no time', () => {
    for (const when of ['soon', '2027-02-31', '2027-13-01', '90', '-5d', '1e9d'])
      expect([when, shop('env', 'expires', 'API_KEY', '--', when).code]).toEqual([when, 2]);
    expect(set('API_KEY', 'x', '--expires', 'tomorrow').code).toBe(2);
    expect(set('API_KEY', 'x', '--expires', '90d', '--no-expires').code).toBe(2);
    expect(shop('env', 'expires', 'NONE', '90d').code).toBe(4);
    expect(run('env', 'ends', '--within', 'x').code).toBe(2);
    expect(run('env', 'ends', '--within', '9999').code).not.toBe(0);
  });
});
