import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import type { Reporter } from '../../src/model';
import { hazardRecord } from '../../src/render';
import { createReporter, type ReporterOptions } from '../../src/reporters';
import { toHtml } from '../../src/reporters/html';
import { toJunit } from '../../src/reporters/junit';
import { outputPath } from '../../src/reporters/output-path';
import { readRun } from '../../src/reporters/read';
import { toSarif } from '../../src/reporters/sarif';
import { misfits, schema } from '../schema';
import { hostile, SAMPLE_CWD, waitCycle } from './sample';
import { sampleRun } from './sample-run';

const run = readRun(sampleRun);
const nothing = readRun('');
const hostileRun = (text: string) => readRun(JSON.stringify(hazardRecord(hostile(text))));
const noise = fc.string({
  unit: fc.oneof(
    fc.nat(0xffff).map((code) => String.fromCharCode(code)),
    fc.constantFrom('</script>', '<!--', ']]>', '&', '"', "'", '](1)', '\\', '/../', '%', '?', '#'),
  ),
});

const makeAll = (names: string[], options: ReporterOptions): Reporter[] =>
  names.map((name) => createReporter(name, options));

const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
addFormats(ajv);

describe('sarif', () => {
  const home = dirname(require.resolve('@microsoft/jest-sarif/package.json'));
  // it calls itself draft 4, and uses nothing that draft 7 has changed but the name of its own address
  const { $schema, id, ...schema } = JSON.parse(
    readFileSync(join(home, 'lib/schemas/sarif-2.1.0-rtm.5.json'), 'utf8'),
  );
  const validate = ajv.compile(schema);
  const valid = (text: string): unknown => {
    validate(JSON.parse(text));
    return validate.errors;
  };

  it('fits the schema of the standard', () => {
    expect(valid(toSarif(run, SAMPLE_CWD))).toBeNull();
    expect(valid(toSarif(nothing, SAMPLE_CWD))).toBeNull();
    fc.assert(
      fc.property(noise, (text) => {
        expect(valid(toSarif(hostileRun(text), SAMPLE_CWD))).toBeNull();
      }),
    );
  });

  it('places the result at the fork, relative to the root, and relates where it was opened', () => {
    const log = JSON.parse(toSarif(run, SAMPLE_CWD));
    const [first] = log.runs[0].results;
    expect(first).toMatchObject({
      ruleId: 'wait-cycles',
      level: 'error',
      occurrenceCount: 2,
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: 'server.js', uriBaseId: 'SRCROOT' },
            region: { startLine: 7, startColumn: 3 },
          },
        },
      ],
      relatedLocations: [
        { physicalLocation: { region: { startLine: 5 } }, message: { text: 'opened here' } },
      ],
      partialFingerprints: { 'forkguard/v1': waitCycle.fingerprint },
    });
    expect(log.runs[0].tool.driver.rules[first.ruleIndex].id).toBe('wait-cycles');
    expect(log.runs[0].results[2].level).toBe('note');
    expect(log.runs[0].results[2].locations).toBeUndefined();
  });
});

describe('junit', () => {
  const xmllint = spawnSync('xmllint', ['--version']).status === 0;
  const lint = (xml: string): string =>
    spawnSync('xmllint', ['--noout', '--nonet', '--schema', join(__dirname, 'junit.xsd'), '-'], {
      input: xml,
      encoding: 'utf8',
    }).stderr.trim();

  (xmllint ? it : it.skip)('fits the schema (needs xmllint)', () => {
    expect(lint(toJunit(run, SAMPLE_CWD))).toBe('- validates');
    expect(lint(toJunit(nothing, SAMPLE_CWD))).toBe('- validates');
    fc.assert(
      fc.property(noise, (text) => {
        expect(lint(toJunit(hostileRun(text), SAMPLE_CWD))).toBe('- validates');
      }),
      { numRuns: 30 },
    );
  });

  it('fails for errors and warnings, never for info', () => {
    const xml = toJunit(run, SAMPLE_CWD);
    expect(xml).toContain('tests="5" failures="4"');
    expect(xml).toContain(
      '<testcase classname="forkguard.wait-cycles" name="the main thread and child `curl` wait for each other" time="0"><failure',
    );
    expect(xml).toContain(
      '<testcase classname="forkguard.inheritable-descriptors" name="every child gets descriptor 23, which this process was started with" time="0"><system-out>',
    );
    expect(toJunit(nothing, SAMPLE_CWD)).toContain('name="no hazards"');
  });
});

describe('html', () => {
  it('cannot be broken out of by data', () => {
    fc.assert(
      fc.property(noise, (text) => {
        const page = toHtml(hostileRun(`${text}</script><script>alert(1)</script><!--`), SAMPLE_CWD);
        expect(page.match(/<script/g)).toHaveLength(2);
        expect(page.match(/<\/script/g)).toHaveLength(2);
        expect(page.match(/<!--/g)).toBeNull();
      }),
    );
  });

  it('names no other host and allows only its own script and style', () => {
    const page = toHtml(run, SAMPLE_CWD);
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1] ?? '';
    expect(policy).toMatch(
      /^default-src 'none'; script-src 'sha256-\S+'; style-src 'sha256-\S+'; base-uri 'none'; form-action 'none'$/,
    );
    expect(
      page
        .replace(/<script type="application\/json".*?<\/script>/s, '')
        .replaceAll('http://www.w3.org/2000/svg', ''),
    ).not.toMatch(/https?:\/\//);
  });
});

describe('the record schema', () => {
  it('fits every record', () => {
    for (const line of sampleRun.trimEnd().split('\n')) {
      expect(misfits(JSON.parse(line))).toEqual([]);
    }
    expect(misfits({ ...hazardRecord(waitCycle), proof: 'none' })).not.toEqual([]);
    expect(misfits({ type: 'gap', what: 'x' })).not.toEqual([]);
  });

  it('is the one that the types make', () => {
    const script = JSON.parse(readFileSync(join(__dirname, '../../package.json'), 'utf8')).scripts
      .schema as string;
    const made = spawnSync('npx', script.split(' ').slice(0, script.split(' ').indexOf('--out')), {
      cwd: join(__dirname, '../..'),
      encoding: 'utf8',
    });
    expect(JSON.parse(made.stdout)).toEqual(schema);
  });
});

describe('outputPath', () => {
  it.each<[string | undefined, 'html' | 'sarif' | 'junit' | 'ndjson', string]>([
    ['run.ndjson', 'ndjson', 'run.ndjson'],
    ['run.ndjson', 'html', 'run.html'],
    ['run.log', 'ndjson', 'run.log'],
    ['run.log', 'html', 'run.log.html'],
    ['out/run.html', 'html', 'out/run.html'],
    ['out/run.html', 'ndjson', 'out/run.ndjson'],
    ['run.sarif.json', 'sarif', 'run.sarif.json'],
    ['run.xml', 'junit', 'run.xml'],
    ['run', 'sarif', 'run.sarif'],
    [undefined, 'html', 'forkguard-report.html'],
    [undefined, 'ndjson', 'forkguard-report.ndjson'],
  ])('%s for %s is %s', (output, format, path) => {
    expect(outputPath({ cwd: '/a', ...(output === undefined ? {} : { output }) }, format)).toBe(`/a/${path}`);
  });
});

describe('live documents', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'documents-'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));
  const summary = { pid: 1, forks: 0, hazards: {}, gaps: 0 };

  it('hold the records of all processes, whoever ends last', () => {
    const make = () => makeAll(['html', 'sarif', 'junit'], { cwd: dir, output: 'run.html' });
    const first = make();
    const second = make();
    for (const reporter of first) reporter.hazard(waitCycle);
    for (const reporter of second)
      reporter.hazard({ ...waitCycle, rule: 'held-pipes', fingerprint: 'other' });
    for (const reporter of second) reporter.end?.(summary);
    for (const reporter of first) reporter.end?.(summary);
    expect(readdirSync(dir).sort()).toEqual(['run.html', 'run.ndjson', 'run.sarif', 'run.xml']);
    expect(JSON.parse(readFileSync(join(dir, 'run.sarif'), 'utf8')).runs[0].results).toHaveLength(2);
    expect(readFileSync(join(dir, 'run.ndjson'), 'utf8').trimEnd().split('\n')).toHaveLength(4);
  });

  it('write records once where ndjson is asked for too, and exist without hazards', () => {
    const reporters = makeAll(['ndjson', 'junit'], { cwd: dir, output: 'run.ndjson' });
    for (const reporter of reporters) reporter.end?.(summary);
    expect(readFileSync(join(dir, 'run.ndjson'), 'utf8').trimEnd().split('\n')).toHaveLength(1);
    expect(readFileSync(join(dir, 'run.xml'), 'utf8')).toContain('no hazards');
  });

  it('say once what they cannot write', () => {
    const said: string[] = [];
    const reporters = makeAll(['html'], {
      cwd: join(dir, 'gone'),
      output: 'run.html',
      write: (text) => said.push(text),
    });
    for (const reporter of reporters) reporter.hazard(waitCycle);
    for (const reporter of reporters) reporter.end?.(summary);
    expect(said).toHaveLength(2);
    expect(said.every((line) => /^forkguard: cannot write the report .*\n$/.test(line))).toBe(true);
    expect(existsSync(join(dir, 'gone'))).toBe(false);
  });
});
