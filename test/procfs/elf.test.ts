import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { dynamicNames } from '../../src/procfs/elf';
import { createProcfs } from '../../src/procfs/procfs';

const folder = mkdtempSync(join(tmpdir(), 'forkguard-elf-'));
afterAll(() => rmSync(folder, { recursive: true }));

const mapped = createProcfs().maps('self') ?? [];
const libm = mapped.find(({ path }) => /\/libm[.-][^/]*$/.test(path))?.path ?? '';

test('the names that a library offers and wants', () => {
  const names = dynamicNames(libm);
  expect(names).toMatch(/pow\0/);
  expect(names).not.toContain('atfork');
});

test('of what is no library nothing is known', () => {
  expect(dynamicNames(__filename)).toBeUndefined();
  expect(dynamicNames(folder)).toBeUndefined();
  expect(dynamicNames(join(folder, 'none'))).toBeUndefined();
});

test('a damaged library is read without an error', () => {
  const whole = readFileSync(libm);
  const file = join(folder, 'damaged.node');
  const damage = fc.record({
    length: fc.integer({ min: 0, max: whole.length }),
    // what tells where the sections are
    at: fc.integer({ min: 0, max: 63 }),
    value: fc.integer({ min: 0, max: 255 }),
  });
  fc.assert(
    fc.property(damage, ({ length, at, value }) => {
      const bytes = Buffer.from(whole.subarray(0, length));
      if (at < length) bytes[at] = value;
      writeFileSync(file, bytes);
      expect(['string', 'undefined']).toContain(typeof dynamicNames(file));
    }),
    { numRuns: 60 },
  );
});
