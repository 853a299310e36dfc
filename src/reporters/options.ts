import type { Reporter } from '../model';

/** What every reporter is made with, also one that a user names by its module's path. */
export interface ReporterOptions {
  /** Paths in reports are relative to it; module paths of reporters are looked up from it. */
  readonly cwd: string;
  /** `FORKGUARD_OUTPUT`: the file of the reporters that write files. */
  readonly output?: string;
  /** Takes text for people; the default writes to descriptor 2. */
  readonly write?: (text: string) => void;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export type MakeReporter = (options: ReporterOptions) => Reporter;
