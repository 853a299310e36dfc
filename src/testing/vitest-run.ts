import { SourceMap, type SourceMapPayload } from 'node:module';
import type { RanTest } from './ran-tests';
import { Run } from './run';
import type { Known } from './run-report';

/** As much of vitest's main object as is needed. */
export interface Vitest {
  readonly version: string;
  onClose(end: () => Promise<void>): void;
  readonly state: { getTestModules(): readonly TestModule[] };
}

interface TestModule {
  readonly moduleId: string;
  readonly project: {
    readonly config: { readonly pool?: string };
    readonly vite: {
      readonly moduleGraph: { getModuleById(id: string): Module | undefined };
    };
  };
  readonly children: { allTests(): Iterable<TestCase> };
}

interface TestCase {
  readonly fullName: string;
  diagnostic(): { readonly startTime: number; readonly duration: number } | undefined;
  result(): { readonly state: string };
}

interface Module {
  /** Source maps of Vite and of Node are the same, but not as their types have it. */
  readonly ssrTransformResult?: { readonly map?: object | null } | null;
}

/**
 * When vitest closes, and with it its workers, processes that they have left fail the run, with the test and the
 * place of the fork where they are known.
 */
export function watchRun(vitest: Vitest): void {
  const run = new Run();
  vitest.onClose(async () => {
    const report = await run.end(knownOf(vitest));
    if (!report) return;
    process.exitCode = 1;
    console.error(`\nforkguard: processes of this test run live on\n\n${report}\n`);
  });
}

/** What vitest's main process knows of the tests that have run, and of the code that it has compiled for them. */
function knownOf({ state, version }: Vitest): Known {
  const modules = state.getTestModules();
  return {
    tests: modules.flatMap(({ moduleId, children }) =>
      [...children.allTests()].flatMap((test) => ranTest(test, moduleId)),
    ),
    original({ file, line, column }) {
      // the contexts of vitest 3 translate positions only within; everywhere else they are those of the source
      const project = modules.find(({ project: { config } }) => config.pool?.startsWith('vm'))?.project;
      if (!project || !version.startsWith('3.')) return undefined;
      const map = project.vite.moduleGraph.getModuleById(file)?.ssrTransformResult?.map;
      const entry = map && new SourceMap(map as SourceMapPayload).findEntry(line - 1, column - 1);
      if (!entry || !('originalLine' in entry)) return undefined;
      return { file, line: entry.originalLine + 1, column: entry.originalColumn + 1 };
    },
  };
}

function ranTest(test: TestCase, file: string): RanTest[] {
  const ran = test.diagnostic();
  if (!ran) return [];
  const { startTime: start, duration } = ran;
  const end = test.result().state === 'pending' ? Number.POSITIVE_INFINITY : start + duration;
  return [{ name: test.fullName, file, start, end }];
}
