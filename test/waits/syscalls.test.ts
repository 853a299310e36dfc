import fc from 'fast-check';
import { decode } from '../../src/waits/syscalls';

const NOTHING = () => undefined;

function call(number: number, ...args: (number | bigint)[]) {
  const six = [...args, 0, 0, 0, 0, 0, 0].slice(0, 6).map(BigInt);
  return { running: false, number, args: six, stack: 0x7ffe_0000_0000n } as const;
}

/** Memory in which each address holds the given bytes. */
function memory(bytes: Record<number, Buffer>) {
  return (address: bigint, length: number) => {
    const found = bytes[Number(address)];
    return found && found.length >= length ? found.subarray(0, length) : undefined;
  };
}

function pollSet(...entries: [fd: number, events: number][]): Buffer {
  const bytes = Buffer.alloc(entries.length * 8);
  entries.forEach(([fd, events], at) => {
    bytes.writeInt32LE(fd, at * 8);
    bytes.writeInt16LE(events, at * 8 + 4);
  });
  return bytes;
}

describe('decode', () => {
  it('tells what a thread sleeps in', () => {
    expect(decode({ running: true }, NOTHING, 'x64')).toEqual({ kind: 'running' });
    expect(decode(call(0, 3), NOTHING, 'x64')).toMatchObject({
      kind: 'descriptors',
      form: 'direct',
      reads: [3],
    });
    expect(decode(call(1, 1), NOTHING, 'x64')).toMatchObject({ writes: [1], reads: [] });
    expect(decode(call(35), NOTHING, 'x64')).toEqual({ kind: 'timer' });
    expect(decode(call(61, 0xffff_ffff), NOTHING, 'x64')).toEqual({ kind: 'children' });
    expect(decode(call(61, 42), NOTHING, 'x64')).toEqual({ kind: 'children', pid: 42 });
    expect(decode(call(73, 9, 2), NOTHING, 'x64')).toEqual({ kind: 'lock', fd: 9 });
  });

  it('reads the limit of an epoll wait as a signed number', () => {
    expect(decode(call(281, 13, 0, 1024, 0xffff_ffff), NOTHING, 'x64')).toEqual({
      kind: 'epoll',
      fd: 13,
      limit: undefined,
    });
    expect(decode(call(281, 13, 0, 1024, 250), NOTHING, 'x64')).toMatchObject({ limit: 250 });
  });

  it('reads the set of poll from memory', () => {
    const set = pollSet([5, 1], [6, 4], [-1, 1], [7, 0]);
    expect(decode(call(7, 0x1000, 4, 1000), memory({ 4096: set }), 'x64')).toEqual({
      kind: 'descriptors',
      form: 'poll',
      name: 'poll',
      reads: [5, 7],
      writes: [6],
      limit: 1000,
    });
    expect(decode(call(7, 0x1000, 4, 1000), NOTHING, 'x64').kind).toBe('unknown');
  });

  it('reads the sets and the limit of select from memory', () => {
    const limit = Buffer.alloc(16);
    limit.writeBigInt64LE(2n, 0);
    limit.writeBigInt64LE(500_000n, 8);
    const reads = Buffer.from([0b0000_1000, 0, 0, 0, 0, 0, 0, 0]);
    const found = decode(call(23, 4, 0x1000, 0, 0, 0x2000), memory({ 4096: reads, 8192: limit }), 'x64');
    expect(found).toMatchObject({ reads: [3], writes: [], limit: 2500 });
  });

  it('tells private from shared futexes, and those with a limit', () => {
    expect(decode(call(202, 0x10, 393, 0, 0), NOTHING, 'x64')).toEqual({
      kind: 'futex',
      address: 0x10n,
      shared: false,
      limit: undefined,
    });
    expect(decode(call(202, 0x10, 265, 0, 0x99), NOTHING, 'x64')).toMatchObject({
      shared: true,
      limit: 'unknown',
    });
  });

  it('does not know a 32-bit process, another machine, or a call that is not in its table', () => {
    expect(decode({ ...call(0, 3), stack: 0xffff_0000n }, NOTHING, 'x64').kind).toBe('unknown');
    expect(decode(call(0, 3), NOTHING, 'riscv64').kind).toBe('unknown');
    expect(decode(call(999), NOTHING, 'x64').kind).toBe('unknown');
  });

  it('never throws', () => {
    const arg = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });
    fc.assert(
      fc.property(
        fc.nat(460),
        fc.tuple(arg, arg, arg, arg, arg, arg),
        fc.boolean(),
        (number, args, readable) => {
          const read = (_: bigint, length: number) =>
            readable ? Buffer.alloc(Math.min(length, 65_536)) : undefined;
          for (const arch of ['x64', 'arm64'])
            decode({ running: false, number, args, stack: 1n << 40n }, read, arch);
        },
      ),
    );
  });
});
