import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import type { Hazard } from '../src/model';
import {
  forkRecord,
  gapRecord,
  hazardRecord,
  relativePath,
  renderHazard,
  siteRecord,
  summaryRecord,
} from '../src/render';
import { sourceExcerpt } from '../src/source';
import { columns, wrap } from '../src/wrap';
import { fork, hazards, hostile, inherited, SAMPLE_CWD, sharedLock, waitCycle } from './reporters/sample';

const render = (hazard: Hazard, width = 80): string => renderHazard(hazard, { cwd: SAMPLE_CWD, width });

describe('renderHazard', () => {
  it('writes labels, sites with their source, and proof in fixed order', () => {
    expect(render(waitCycle)).toBe(
      [
        'error[wait-cycles] the main thread and child `curl` wait for each other',
        '  opened  server.js:5:8',
        "            server.listen(0, '127.0.0.1', () => {",
        '  forked  server.js:7:3',
        "            spawnSync('curl', ['-s', `http://127.0.0.1:$" + '{port}/`]);',
        '  why     the main thread waits for child `curl` to exit; `curl` waits for the',
        '          main thread to accept its connection to 127.0.0.1:38943; neither goes',
        '          on until something outside, such as a timeout or a signal, interrupts',
        '          one of them',
        '  help    use the asynchronous `spawn` or `execFile`, so this thread stays free',
        '          to answer the child',
        '  proof   no progress for 1.0 s',
        '          /proc/net/tcp: the connection of pid 7041 to 127.0.0.1:38943 is',
        '            established and not accepted',
        '          /proc/7041/wchan: poll_schedule_timeout.constprop.0',
        '  docs    docs/rules/wait-cycles.md',
      ].join('\n'),
    );
  });

  it("shows the program's own line and the package that acted for it", () => {
    expect(render(sharedLock)).toContain(
      "  opened  server.js:9:14 through package `classic-level`\n            const store = require('classic-level').openStore('./data');\n",
    );
  });

  it('says who must have opened what nobody saw opened', () => {
    expect(render(inherited)).toContain(
      '  opened  there before this process began: its launcher `make` left it open\n  why',
    );
  });

  it('keeps to the width but for single long words, and prose to a readable measure', () => {
    for (const hazard of hazards) {
      for (const width of [60, 80, 104, 200]) {
        for (const line of render(hazard, width).split('\n')) {
          if (line.trim().includes(' ')) expect(columns(line)).toBeLessThanOrEqual(Math.min(width, 104));
        }
      }
    }
  });

  it('decorates without changing a character', () => {
    const mark = (text: string): string => `\x1b[1m${text}\x1b[22m`;
    const style = {
      severity: { error: mark, warning: mark, info: mark },
      what: mark,
      label: mark,
      place: mark,
      source: mark,
      code: mark,
      proof: mark,
    };
    for (const hazard of hazards) {
      const colored = renderHazard(hazard, { cwd: SAMPLE_CWD, width: 80, style });
      expect(colored.replace(/\x1b\[\d+m/g, '')).toBe(render(hazard));
      expect(colored).toContain(mark('`FORKGUARD_ALLOW=inheritable-descriptors`').slice(0, 5));
    }
  });

  it('lets no text of others act, whatever it is', () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const lines = render(hostile(text)).split('\n');
        for (const line of lines) expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
        expect(lines.filter((line) => /^(error|warning|info)\[/.test(line))).toHaveLength(1);
        expect(lines.filter((line) => /^ {2}why /.test(line))).toHaveLength(1);
        expect(lines.every((line, i) => i === 0 || /^ {2}/.test(line))).toBe(true);
      }),
    );
  });
});

const nasty = fc.string({
  unit: fc.oneof(
    fc.nat(0xffff).map((code) => String.fromCharCode(code)),
    fc.constantFrom(
      '\x1b[2J',
      '\u202e',
      '\r\n',
      '\n  why     ',
      '\nerror[x] ',
      '`',
      '::error::',
      '%0A',
      '"',
      '</script>',
    ),
  ),
});

describe('records', () => {
  it('are as the contract names them', () => {
    expect(hazardRecord(sharedLock)).toEqual({
      type: 'hazard',
      rule: 'shared-locks',
      severity: 'warning',
      what: sharedLock.what,
      opened: {
        file: join(SAMPLE_CWD, 'server.js'),
        line: 9,
        column: 14,
        function: 'openStore',
        package: 'classic-level',
      },
      forked: { file: join(SAMPLE_CWD, 'server.js'), line: 12, column: 3, function: 'startCache' },
      why: sharedLock.why,
      help: sharedLock.help,
      proof: sharedLock.proof,
      docs: 'docs/rules/shared-locks.md',
      fingerprint: '7d793037a0760186',
      time: '2026-11-22T01:02:05.080Z',
      pid: 7040,
      threadId: 0,
      fork: '7040-0-2',
      child: { pid: 7052, command: 'redis-server' },
      resource: { id: 3, kind: 'file', label: '/srv/app/data/LOCK', fd: 21, threadId: 0 },
    });
    expect(hazardRecord(inherited)).toMatchObject({
      opened: inherited.opened,
      forked: null,
      fork: null,
      child: null,
      resource: null,
    });
    expect(forkRecord(fork('a', 7, 'ls'))).toEqual({
      type: 'fork',
      id: 'a',
      time: '2026-11-22T01:02:02.000Z',
      pid: 7,
      threadId: 0,
      api: 'spawn',
      command: 'ls',
      args: ['ls'],
      primitive: 'fork',
      child: { pid: 8 },
      blockedMs: 1.25,
      descriptors: { open: 24, inheritable: 1 },
      threads: 11,
      site: { file: join(SAMPLE_CWD, 'server.js'), line: 7, column: 3, function: null },
    });
    expect(gapRecord({ what: 'a', why: 'b\n' })).toEqual({ type: 'gap', what: 'a', why: 'b\\n' });
    expect(summaryRecord({ pid: 1, forks: 2, hazards: { x: 3 }, gaps: 4 })).toEqual({
      type: 'summary',
      pid: 1,
      forks: 2,
      hazards: { x: 3 },
      gaps: 4,
    });
  });

  it('name no frame where there is none, and the innermost where all lie in packages', () => {
    expect(siteRecord(undefined)).toBeNull();
    expect(siteRecord({ frames: [] })).toBeNull();
    expect(siteRecord({ frames: [{ file: '/n/a.js', line: 1, column: 2, package: 'a' }] })).toMatchObject({
      file: '/n/a.js',
      package: 'a',
    });
  });

  it('hold no character that acts, and are one line', () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const json = JSON.stringify(hazardRecord(hostile(text)));
        expect(json).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
        expect(JSON.parse(json).type).toBe('hazard');
      }),
    );
  });
});

describe('sourceExcerpt', () => {
  let dir: string;
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'source-'));
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  const excerpt = (content: string | Buffer, line: number, column = 1, width = 60): string | undefined => {
    const file = join(dir, 'x.js');
    writeFileSync(file, content);
    return sourceExcerpt({ file, line, column }, width);
  };

  it('finds the line, also far down, also of an ESM frame', () => {
    expect(excerpt('a\r\n\t b\tc\r\n', 2)).toBe('b c');
    expect(excerpt(`${'x\n'.repeat(300_000)}here\n`, 300_001)).toBe('here');
    expect(excerpt('last', 1)).toBe('last');
    expect(excerpt('a\n', 3)).toBeUndefined();
    const file = join(dir, 'ü x.mjs');
    writeFileSync(file, 'one\ntwo');
    expect(sourceExcerpt({ file: pathToFileURL(file).href, line: 2, column: 1 }, 60)).toBe('two');
  });

  it('shows minified code from the column on', () => {
    const text = excerpt(`${'a();'.repeat(100_000)}spawn('x');${'b();'.repeat(100)}`, 1, 400_001) as string;
    expect(text).toContain("spawn('x');");
    expect(text.length).toBeLessThanOrEqual(60);
    expect(text.startsWith('…') && text.endsWith('…')).toBe(true);
  });

  it('shows nothing of what is not text, not a file, not there, or too big', () => {
    expect(excerpt(Buffer.from([0, 1, 2, 10]), 1)).toBeUndefined();
    expect(excerpt(Buffer.from([0xff, 0xfe, 0x41]), 1)).toBeUndefined();
    expect(excerpt(Buffer.alloc(6 << 20, 'x\n'), 3_000_000)).toBeUndefined();
    expect(sourceExcerpt({ file: dir, line: 1, column: 1 }, 60)).toBeUndefined();
    expect(sourceExcerpt({ file: '/dev/tty', line: 1, column: 1 }, 60)).toBeUndefined();
    expect(sourceExcerpt({ file: 'node:internal/x', line: 1, column: 1 }, 60)).toBeUndefined();
    expect(sourceExcerpt({ file: 'a\0b', line: 1, column: 1 }, 60)).toBeUndefined();
  });

  it('takes secrets and control characters out', () => {
    expect(excerpt("connect('postgres://a:pw@db/') // \x1b[2J", 1)).toBe(
      "connect('postgres://a:[redacted]@db/') // \\x1b[2J",
    );
  });
});

describe('wrap', () => {
  it('loses nothing, and is wider than asked only for one word', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 40 }), (text, room) => {
        const lines = wrap(text, room);
        expect(lines.join(' ')).toBe(text);
        for (const line of lines)
          if (line.trim().includes(' ')) expect(columns(line)).toBeLessThanOrEqual(Math.max(room, 1));
      }),
    );
  });

  it('knows wide and combining characters', () => {
    expect(columns('漢字e\u0301😀')).toBe(7);
  });
});

describe('relativePath', () => {
  it.each([
    ['/a/b/c.js', '/a', 'b/c.js'],
    ['/x/c.js', '/a', '/x/c.js'],
    ['file:///a/b.mjs', '/a', 'b.mjs'],
    ['evalmachine.<anonymous>', '/a', 'evalmachine.<anonymous>'],
    ['/a', '/a', '/a'],
  ])('%s from %s is %s', (file, cwd, expected) => {
    expect(relativePath(file, cwd)).toBe(expected);
  });

  it('is not confused by a name that begins with two dots', () => {
    expect(relativePath('/a/..b/c.js', '/a')).toBe('..b/c.js');
  });
});
