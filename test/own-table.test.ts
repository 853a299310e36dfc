import { closeSync, openSync } from 'node:fs';
import { OwnTable } from '../src/own-table';
import { createProcfs, type Procfs } from '../src/procfs/procfs';

/** The kernel's own answers, but for numbers that are said to be inheritable; those that were asked are noted. */
function watched(inheritable: ReadonlySet<number>): { procfs: Procfs; asked: Set<number> } {
  const procfs = createProcfs();
  const asked = new Set<number>();
  const closeOnExec = (fd: number) => {
    asked.add(fd);
    for (const end = performance.now() + 0.02; performance.now() < end; ); // however fast the machine is
    return inheritable.has(fd) ? false : procfs.closeOnExec(fd);
  };
  return { procfs: { ...procfs, closeOnExec }, asked };
}

describe('the own descriptor table', () => {
  const many: number[] = [];
  afterEach(() => {
    for (const fd of many.splice(0)) closeSync(fd);
  });

  test('of a small process is searched at every fork', () => {
    const fd = openSync('/dev/null', 'r');
    many.push(fd);
    const { procfs } = watched(new Set([fd]));
    const table = new OwnTable();
    const gaps: unknown[] = [];
    for (let fork = 0; fork < 200; fork++)
      expect(table.inheritable(procfs, (gap) => gaps.push(gap))).toContain(fd);
    expect(gaps).toEqual([]);
  });

  test('of a large process is searched piece by piece, until each descriptor was asked', () => {
    for (let count = 0; count < 10_000; count++) many.push(openSync('/dev/null', 'r'));
    const last = many.at(-1) as number;
    const { procfs, asked } = watched(new Set([last]));
    const table = new OwnTable();
    const gaps: unknown[] = [];
    const found = table.inheritable(procfs, (gap) => gaps.push(gap));
    expect(asked.size).toBeGreaterThan(0);
    expect(asked.size).toBeLessThan(many.length);
    expect(gaps).toHaveLength(1);
    while (!found.includes(last)) {
      table.earn(1000); // of a second in forks it may take a hundredth
      found.push(...table.inheritable(procfs, () => {}));
    }
    expect(many.filter((fd) => found.includes(fd))).toEqual([last]);
    expect(many.every((fd) => asked.has(fd))).toBe(true);
  });
});
