import fc from 'fast-check';
import {
  closeOnExecIn,
  parseDescriptorInfo,
  parseLockLine,
  parseLocks,
} from '../../src/procfs/parse-descriptor';
import { parseExcludedBytes, parseMaps } from '../../src/procfs/parse-memory';
import { parseAddress, parseInternetSockets, parseUnixSockets } from '../../src/procfs/parse-net';
import {
  numbers,
  parseCommandLine,
  parseSchedstat,
  parseStat,
  parseStatus,
  parseSyscall,
  parseTimers,
  parseTransfers,
} from '../../src/procfs/parse-process';
import { parsePeers } from '../../src/waits/unix-peers';

const parsers: Record<string, (text: string) => unknown> = {
  parseStat,
  parseStatus,
  parseSyscall,
  parseSchedstat,
  parseTimers,
  parseTransfers,
  parseCommandLine,
  parseDescriptorInfo,
  parseLockLine,
  parseLocks,
  parseExcludedBytes,
  parseMaps,
  parseAddress,
  parseUnixSockets,
  parsePeers,
  parseTcp: (text) => parseInternetSockets(text, 'tcp'),
  parseUdp6: (text) => parseInternetSockets(text, 'udp6'),
  closeOnExec: (text) => closeOnExecIn(Buffer.from(text), Buffer.byteLength(text)),
  numbers,
};

const kernelLike = fc
  .array(
    fc.constantFrom(
      ...'pos:\t flags:\t lock: tfd: ino: 0 1 -1 02 ( ) -> FLOCK POSIX ADVISORY WRITE READ EOF fe:00:12 : \n \t 0100007F:1F90 0A 00000000:00000000 ID: signal: running 0x1 u_str ESTAB * ffffffffffffffff VmFlags: dc Rss: 1 kB'.split(
        ' ',
      ),
    ),
  )
  .map((words) => words.join(' '));

describe.each(Object.entries(parsers))('%s', (_, parse) => {
  it('never throws, whatever the text', () => {
    fc.assert(fc.property(fc.oneof(fc.string({ unit: 'binary' }), kernelLike), (text) => void parse(text)));
  });
});

describe('stat', () => {
  it('finds the fields behind any command name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(), fc.nat(), (comm, ppid, start) => {
        const stat = parseStat(
          `7 (${comm}) S ${ppid} 5 4 0 -1 4194368 11 12 0 0 1 2 0 0 20 0 3 0 ${start} 9 9\n`,
        );
        expect(stat).toMatchObject({
          pid: 7,
          comm,
          ppid,
          startTime: start,
          threads: 3,
          forkedWithoutExec: true,
        });
      }),
    );
  });

  it('tells the terminal, and who is in its foreground', () => {
    const rest = '4194304 0 0 0 0 0 0 0 0 20 0 1 0 9';
    expect(parseStat(`7 (sh) S 1 5 4 34816 5 ${rest}\n`)).toMatchObject({
      pgrp: 5,
      session: 4,
      terminal: 34_816,
      foreground: 5,
    });
    expect(parseStat(`7 (sh) S 1 5 4 0 -1 ${rest}\n`)).toMatchObject({ terminal: 0, foreground: -1 });
  });

  it('is undefined for half a line', () => {
    expect(parseStat('7 (node) S 1 2')).toBeUndefined();
  });
});

describe('fdinfo', () => {
  const text =
    'pos:\t42\nflags:\t02104002\nmnt_id:\t15\nino:\t77\nlock:\t1: FLOCK  ADVISORY  WRITE 6158 fe:00:77 0 EOF\n';

  it('tells flags, position, inode and locks', () => {
    expect(parseDescriptorInfo(text)).toMatchObject({
      position: 42,
      closeOnExec: true,
      nonblocking: true,
      append: false,
      access: 'both',
      inode: 77,
      locks: [{ type: 'FLOCK', access: 'WRITE', pid: 6158, inode: 77, device: 'fe:00' }],
    });
  });

  it('has the close-on-exec bit in its bytes', () => {
    const bytes = Buffer.from(text);
    expect(closeOnExecIn(bytes, bytes.length)).toBe(true);
    expect(closeOnExecIn(Buffer.from('pos:\t0\nflags:\t0100002\n'), 24)).toBe(false);
    // what an earlier, longer file left in the buffer does not count
    expect(closeOnExecIn(Buffer.from('pos:\t0\nflags:\t02000000\n'), 5)).toBeUndefined();
  });

  it('reads epoll sets, timers, pidfds and signal sets', () => {
    const epoll = 'flags:\t02\ntfd:       13 events:       19 data:  d  pos:0 ino:1b sdev:e\n';
    expect(parseDescriptorInfo(epoll)?.epoll).toEqual([{ fd: 13, events: 0x19, inode: 0x1b }]);
    const timer =
      'flags:\t02\nclockid: 1\nticks: 0\nsettime flags: 00\nit_value: (1, 500)\nit_interval: (0, 0)\n';
    expect(parseDescriptorInfo(timer)?.timerNanoseconds).toBe(1_000_000_500);
    expect(parseDescriptorInfo('flags:\t02\nPid:\t12\nNSpid:\t12\n')?.watchedPid).toBe(12);
    expect(parseDescriptorInfo('flags:\t02\nsigmask:\t0000000000010000\n')?.signals).toBe(0x10000n);
  });
});

describe('locks', () => {
  it('tells holders from waiters, whatever the depth', () => {
    const [holder, waiter, second] = parseLocks(
      '1: FLOCK  ADVISORY  WRITE 6158 fe:00:2146584 0 EOF\n1: -> FLOCK  ADVISORY  WRITE 6166 fe:00:2146584 0 EOF\n1:  -> FLOCK  ADVISORY  READ 6167 fe:00:2146584 0 EOF\n',
    );
    expect(holder).toMatchObject({ id: 1, pid: 6158 });
    expect(holder?.waiting).toBeUndefined();
    expect(waiter).toMatchObject({ id: 1, pid: 6166, waiting: true });
    expect(second).toMatchObject({ waiting: true, access: 'READ' });
  });
});

describe('socket addresses', () => {
  it.each([
    ['0100007F:1F90', '127.0.0.1:8080'],
    ['00000000000000000000000001000000:0050', '[::1]:80'],
    ['0000000000000000FFFF00000100007F:0050', '[::ffff:127.0.0.1]:80'],
    ['B80D0120000000000000000001000000:01BB', '[2001:db8::1]:443'],
  ])('%s is %s', (kernel, address) => {
    expect(parseAddress(kernel)).toBe(address);
  });
});

describe('UNIX sockets', () => {
  const row = (inode: number, path: string, flags = '00010000') =>
    `0000000000000000: 00000002 00000000 ${flags} 0001 01 ${inode} ${path}`;

  it('have any path, and those that wait to be accepted no number', () => {
    const text = [row(7, '@a@b c'), row(0, '/a', '00000000'), row(0, '/a', '00000000')].join('\n');
    expect(parseUnixSockets(text).map(({ inode, local, state }) => [inode, local, state])).toEqual([
      [7, '@a@b c', 'listen'],
      [0, '/a', 'unconnected'],
      [0, '/a', 'unconnected'],
    ]);
  });

  it('are not known where a path of another looks like their line', () => {
    const text = [row(7, '/true', '00000000'), row(8, `/x\n${row(7, '/forged')}`)].join('\n');
    expect(parseUnixSockets(text).map(({ inode }) => inode)).toEqual([8]);
    const said =
      'u_str ESTAB 0 0 * 1 * 2\nu_str LISTEN 0 0 /x\nu_str ESTAB 0 0 * 1 * 9\nu_str ESTAB 0 0 * 3 * 4';
    expect([...parsePeers(said)]).toEqual([[3, 4]]);
  });
});

describe('syscall', () => {
  it('tells running, blocked and asleep in a call', () => {
    expect(parseSyscall('running\n')).toEqual({ running: true });
    expect(parseSyscall('-1 0x7ffe 0x7f99\n')).toEqual({ running: false, number: -1, args: [] });
    expect(parseSyscall('0 0x3 0xffffffffffffffff 0x20000 0x0 0x0 0x0 0x7ffe 0x7f99\n')).toEqual({
      running: false,
      number: 0,
      args: [3n, 0xffffffffffffffffn, 0x20000n, 0n, 0n, 0n],
      stack: 0x7ffen,
    });
  });
});
