import fc from 'fast-check';
import type { Hazard } from '../../src/model';
import github from '../../src/reporters/github';
import { hostile, inherited, SAMPLE_CWD, sharedLock, waitCycle } from './sample';

function annotations(...hazards: Hazard[]): string {
  let out = '';
  const reporter = github({ cwd: SAMPLE_CWD, env: {}, write: (text) => (out += text) });
  for (const hazard of hazards) reporter.hazard(hazard);
  return out;
}

/** What the runner understands: one command a line. */
function parse(text: string): { command: string; properties: Record<string, string>; message: string }[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => {
      const match = /^::([a-z]+) ([^\n]*?)::([^\n]*)$/.exec(line);
      if (!match) throw new Error(`not a command: ${line}`);
      const plain = (value: string): string =>
        value
          .replace(/%3A/g, ':')
          .replace(/%2C/g, ',')
          .replace(/%0A/g, '\n')
          .replace(/%0D/g, '\r')
          .replace(/%25/g, '%');
      const properties = Object.fromEntries(
        (match[2] as string).split(',').map((pair) => {
          const at = pair.indexOf('=');
          return [pair.slice(0, at), plain(pair.slice(at + 1))];
        }),
      );
      return { command: match[1] as string, properties, message: plain(match[3] as string) };
    });
}

describe('the github reporter', () => {
  it('annotates the line of the fork', () => {
    const [first, second, third] = parse(annotations(waitCycle, sharedLock, inherited, waitCycle));
    expect(first).toMatchObject({
      command: 'error',
      properties: { file: 'server.js', line: '7', col: '3', title: `wait-cycles: ${waitCycle.what}` },
    });
    expect(first?.message.split('\n')[0]).toBe('opened: server.js:5:8');
    expect(second?.command).toBe('warning');
    expect(third).toMatchObject({
      command: 'notice',
      properties: { title: `inheritable-descriptors: ${inherited.what}` },
    });
    expect(third?.properties.file).toBeUndefined();
  });

  it('cannot be broken out of', () => {
    const unit = fc.constantFrom(
      '::',
      ':',
      ',',
      '%',
      '%0A',
      '\n',
      '\r',
      '::error::',
      '::stop-commands::x',
      '\u2028',
      'a',
      '=',
    );
    fc.assert(
      fc.property(fc.string({ unit }), (text) => {
        const all = parse(annotations(hostile(text)));
        expect(all).toHaveLength(1);
        expect(all[0]?.command).toBe('warning');
        expect(Object.keys(all[0]?.properties ?? {}).sort()).toEqual(['col', 'file', 'line', 'title']);
      }),
    );
  });
});
