import type { Allowance } from '../allow';
import type { Hazard } from '../model';

/**
 * The channel on which test code and the guard of its thread talk. Runners give each test file its own copy of
 * our modules and a global object that is not ours; core modules, and so this channel, are shared. Publishing is
 * synchronous: the guard has filled in `answer` when `publish` returns.
 */
export const CHANNEL = 'forkguard:testing';

/** The variable through which the processes of one test run know its log: see `run-log`. */
export const RUN_LOG = 'FORKGUARD_INTERNAL_RUN';

/** The variable by which processes that a test has started are known, when their parents have gone: the test's process. */
export const TESTED_BY = 'FORKGUARD_INTERNAL_TESTED_BY';

/** From now on what is started with this environment is known as started by tests of this process. */
export function markChildren(environment: NodeJS.ProcessEnv): void {
  const own = String(process.pid);
  // a test may have frozen it
  if (environment[TESTED_BY] !== own) Reflect.set(environment, TESTED_BY, own);
}

/** What was there at one time. Made by the guard and only handed back to it. */
export interface Mark {
  readonly forks: number;
  /** The number of the last fork. */
  readonly lastFork: number;
  readonly hazards: number;
  readonly pids: ReadonlySet<number>;
}

/** Somebody who is still there. */
export interface Left {
  readonly pid: number;
  readonly command: string;
}

export interface Judgement {
  readonly hazards: readonly Hazard[];
}

export type Request =
  /** What is there now. `divert`: hazards go to the asker alone until `judge`, not to the reporters. */
  | { readonly type: 'mark'; readonly divert?: boolean; answer?: Mark }
  /** Which children and orphans have come since, and live. `untold`: those of whom no test has been told. */
  | { readonly type: 'left'; readonly since: Mark; readonly untold?: boolean; answer?: readonly Left[] }
  /** Whether a child of a worker thread serves until that ends. */
  | { readonly type: 'serves'; readonly pid: number; answer?: boolean }
  /**
   * What was found since, what is left included. `asked`: by the test itself, so that nobody else is told. `file`: all
   * tests of a file have ended.
   */
  | {
      readonly type: 'judge';
      readonly since: Mark;
      readonly diverted?: boolean;
      readonly asked?: boolean;
      readonly file?: boolean;
      answer?: Judgement;
    }
  /** Which rules there are. */
  | { readonly type: 'rules'; answer?: readonly { readonly name: string }[] }
  /** Hazards as text for people. */
  | { readonly type: 'render'; readonly hazards: readonly Hazard[]; answer?: string }
  /**
   * This is the main process of a test run, which says itself what its workers have left, and has `said` these. The
   * answer is what the settings allow.
   */
  | { readonly type: 'run'; readonly said?: readonly number[]; answer?: readonly Allowance[] }
  /** The test that was told of these allows them: who they say lives on may do so until the end of the run. */
  | { readonly type: 'accept'; readonly hazards: readonly Hazard[]; answer?: true }
  /** Waits on a timer that no fake timers have replaced, or until the last child since has ended. */
  | { readonly type: 'pause'; readonly milliseconds: number; readonly since: Mark; answer?: Promise<void> }
  /**
   * A test begins, or a file, whose name is empty; from now on a runner speaks for the hazards, and the terminal need
   * not. `prepare`: the `Error.prepareStackTrace` of the asker's global object.
   */
  | {
      readonly type: 'test';
      readonly name: string;
      readonly file: string;
      readonly prepare?: () => unknown;
      answer?: true;
    };

/** A request whose answer has the type that belongs to it. */
export type AnswerTo<T extends Request['type']> = NonNullable<Extract<Request, { type: T }>['answer']>;
