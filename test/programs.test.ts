import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { NODE, type Outcome, type Program, readProgram, rendered, run } from './program';
import './retry';

/**
 * Every program of `test/programs/<rule>/`: `hazard*.js` must be reported as its header and markers say, and as
 * the file beside it shows (`BLESS=1 npx jest test/programs.test.ts` writes it), in which `PID0` is the program and other
 * numbers of the kernel's are counted as they appear; `clean*.js` must not be, by the folder's rule not even as `info`.
 * All behave with forkguard as they do without. `-t` with a rule's name runs that folder only.
 */
const PROGRAMS = join(__dirname, 'programs');
const version = spawnSync(NODE, ['-p', 'process.versions.node'], { encoding: 'utf8' }).stdout.trim();

const loaded = new Map<string, boolean>();

for (const rule of readdirSync(PROGRAMS)) {
  describe(rule, () => {
    for (const name of readdirSync(join(PROGRAMS, rule))) {
      if (!/^(hazard|clean).*\.js$/.test(name)) continue;
      const program = readProgram(join(PROGRAMS, rule, name), rule);
      const reason = missing(program);
      if (reason) {
        test.skip(`${program.name} (${reason})`, () => {});
        continue;
      }
      test(program.name, () => examine(program), 2000 * program.seconds + 10_000);
    }
  });
}

async function examine(program: Program): Promise<void> {
  const bare = await run(program, false);
  const guarded = await run(program, true);
  expect(behaviour(guarded, program)).toEqual(behaviour(bare, program));
  expect(guarded.misfits).toEqual([]);
  const { hazards } = guarded;
  const own = basename(dirname(program.file));
  const loud = hazards.filter(
    ({ severity, rule }) =>
      severity !== 'info' || (rule === own && !program.infoAllowed) || asked(program, rule),
  );
  const seen = [...new Set(loud.map(({ rule, severity }) => `${rule} ${severity}`))].sort();
  if (seen.join() !== program.reports.join()) {
    throw new Error(
      `reported: ${seen.join(', ') || 'nothing'}\nexpected: ${program.reports.join(', ') || 'nothing'}\n\n${rendered(loud, guarded)}`,
    );
  }
  for (const { site, rule, line } of program.markers) {
    const places = hazards.filter((hazard) => hazard.rule === rule).map((hazard) => hazard[site]);
    const lines = places.map((place) =>
      place && typeof place === 'object' && place.file === program.file ? place.line : place,
    );
    expect({ rule, site, lines }).toEqual({ rule, site, lines: expect.arrayContaining([line]) });
  }
  for (const hazard of hazards) expect(hazard.proof.length).toBeGreaterThan(0);
  if (program.reports.length > 0)
    compare(join(program.file, '..', `${program.name}.txt`), rendered(loud, guarded));
}

function asked({ reports }: Program, rule: string): boolean {
  return reports.some((line) => line.startsWith(`${rule} `));
}

/** What the program's user sees. */
function behaviour({ code, signal, timedOut, stdout, stderr }: Outcome, { outputVaries }: Program): object {
  return { code, signal, timedOut, ...(!outputVaries && { stdout, stderr }) };
}

function compare(file: string, text: string): void {
  if (process.env.BLESS) writeFileSync(file, text);
  expect(existsSync(file) ? readFileSync(file, 'utf8') : 'not written yet: npm run bless').toBe(text);
}

/** Why it cannot run here. */
function missing({ packages, tools, node }: Program): string | undefined {
  const absent = packages.filter((name) => !loads(name));
  if (absent.length > 0) return `skipped: needs ${absent.join(', ')}, see npm run packages`;
  const lacking = tools.filter((tool) => spawnSync('which', [tool]).status !== 0);
  if (lacking.length > 0) return `skipped: needs ${lacking.join(', ')}`;
  return older(version, node) ? `skipped: needs Node ${node}` : undefined;
}

/** A native package that was not built is there, but does not load. */
function loads(name: string): boolean {
  if (!loaded.has(name))
    loaded.set(name, spawnSync(NODE, ['-p', `require('${name}') && 1`], { cwd: __dirname }).status === 0);
  return loaded.get(name) === true;
}

function older(have: string, wanted: string): boolean {
  return have.localeCompare(wanted, 'en', { numeric: true }) < 0;
}
