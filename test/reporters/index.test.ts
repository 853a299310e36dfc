import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Reporter } from '../../src/model';
import { createReporter, type ReporterOptions } from '../../src/reporters';
import { waitCycle } from './sample';

const makeAll = (names: string[], options: ReporterOptions): Reporter[] =>
  names.map((name) => createReporter(name, options));

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'reporters-'));
  writeFileSync(
    join(dir, 'object.cjs'),
    'exports.seen = []; exports.hazard = (h) => exports.seen.push(h.rule);',
  );
  writeFileSync(join(dir, 'function.cjs'), 'module.exports = (o) => ({ hazard(h) { o.write(h.rule); } });');
  writeFileSync(
    join(dir, 'default.cjs'),
    'exports.default = (o) => ({ hazard(h) { o.write("d:" + h.rule); } });',
  );
  writeFileSync(join(dir, 'throws.cjs'), 'throw new TypeError("broken\\nat somewhere");');
  writeFileSync(join(dir, 'fails.cjs'), 'module.exports = () => { throw new Error("no token"); };');
  writeFileSync(join(dir, 'wrong.cjs'), 'module.exports = { hazards() {} };');
  mkdirSync(join(dir, 'node_modules/of-a-package'), { recursive: true });
  writeFileSync(join(dir, 'node_modules/of-a-package/index.js'), 'module.exports = { hazard() {} };');
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('createReporter', () => {
  it('makes the named ones in order, and those of modules', () => {
    let out = '';
    const reporters = makeAll(
      ['none', './function.cjs', './default.cjs', './object.cjs', 'of-a-package', 'terminal'],
      {
        cwd: dir,
        write: (text) => (out += text),
      },
    );
    expect(reporters).toHaveLength(6);
    for (const reporter of reporters.slice(0, 3)) reporter.hazard(waitCycle);
    expect(out).toBe('wait-cyclesd:wait-cycles');
  });

  it.each([
    ['terminl', /reporter "terminl" cannot be loaded: .*; known are terminal, .*, none, and paths/],
    ['./missing.cjs', /reporter ".\/missing.cjs" cannot be loaded: Cannot find module/],
    ['./throws.cjs', /cannot be loaded: broken; /],
    ['./fails.cjs', /reporter ".\/fails.cjs" failed to start: no token$/],
    ['./wrong.cjs', /is not a reporter: its default export must be/],
    ['\x1b[2J\n', /reporter "\\\\x1b\[2J\\\\n" cannot be loaded/],
    ['__proto__', /cannot be loaded/],
  ])('says what is wrong with %j', (name, message) => {
    expect(() => createReporter(name, { cwd: dir })).toThrow(message);
    try {
      createReporter(name, { cwd: dir });
    } catch (error) {
      expect((error as Error).message).not.toContain('\n');
    }
  });
});
