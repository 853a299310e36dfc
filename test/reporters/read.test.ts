import fc from 'fast-check';
import { hazardRecord } from '../../src/render';
import { parseRecord, readRun } from '../../src/reporters/read';
import { hostile, waitCycle } from './sample';
import { sampleRun } from './sample-run';

describe('readRun', () => {
  it('reads back what the ndjson reporter wrote, the same hazard once', () => {
    const run = readRun(sampleRun);
    expect(run.hazards.map(({ rule, times }) => [rule, times])).toEqual([
      ['wait-cycles', 2],
      ['shared-locks', 1],
      ['inheritable-descriptors', 1],
      ['lingering-stdio', 1],
      ['unread-output', 1],
    ]);
    expect([run.forks.length, run.gaps.length, run.summaries.length, run.broken]).toEqual([9, 2, 2, 0]);
    const { times, also, ...record } = run.hazards[0] as (typeof run.hazards)[number];
    expect(record).toEqual(hazardRecord(waitCycle));
    expect(also).toMatchObject([{ pid: 7040, time: '2026-11-22T01:02:04.210Z', fork: '7040-0-1' }]);
  });

  it('counts what is no record, and skips empty lines', () => {
    const good = JSON.stringify(hazardRecord(waitCycle));
    const run = readRun(
      `\n${good.slice(0, 90)}\n${good}\n[]\nnull\n{"type":"hazard"}\n{"type":"toString"}\n\n`,
    );
    expect([run.hazards.length, run.broken]).toEqual([1, 5]);
  });

  it('reads what an editor has given a byte order mark or other line ends', () => {
    const good = JSON.stringify(hazardRecord(waitCycle));
    const run = readRun(`\uFEFF${good}\r\n\r\n${good}\r\n`);
    expect([run.hazards[0]?.times, run.broken]).toEqual([2, 0]);
  });

  it('never throws, and gives nothing back that acts on a terminal', () => {
    fc.assert(
      fc.property(fc.json(), fc.string({ unit: 'binary' }), (json, text) => {
        parseRecord(json);
        const forged = {
          ...hazardRecord(waitCycle),
          what: text,
          opened: text,
          proof: [text],
          child: { pid: 1, command: text },
        };
        expect(JSON.stringify(parseRecord(JSON.stringify(forged)))).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
        expect(readRun(`${text}\n${JSON.stringify(hazardRecord(hostile(text)))}`).hazards).toHaveLength(1);
      }),
    );
  });
});
