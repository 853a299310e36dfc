import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

// `npm ci` must work in a fresh clone, whatever registry and platform: npm leaves out of a lock file what the
// registry at hand does not have for other platforms, and then refuses that same file.

interface LockedPackage {
  readonly resolved?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const root = join(__dirname, '..');

describe.each(['package-lock.json', 'test/package-lock.json', 'examples/package-lock.json'])('%s', (file) => {
  const { packages } = JSON.parse(readFileSync(join(root, file), 'utf8')) as {
    packages: Readonly<Record<string, LockedPackage>>;
  };

  test('has the optional packages of every platform', () => {
    const names = new Set(Object.keys(packages).map((path) => path.replace(/^.*node_modules\//, '')));
    const wanted = Object.values(packages).flatMap((one) => Object.keys(one.optionalDependencies ?? {}));
    expect(wanted.filter((name) => !names.has(name))).toEqual([]);
  });

  test('names no registry', () => {
    expect(Object.values(packages).filter(({ resolved }) => resolved !== undefined)).toEqual([]);
    const npmrc = join(root, dirname(file), '.npmrc');
    expect(existsSync(npmrc) && readFileSync(npmrc, 'utf8')).toContain(
      'omit-lockfile-registry-resolved=true',
    );
  });
});
