import { resolve } from 'node:path';
import { escapeText } from '../escape';
import type { ForkRecord, Gap, Hazard, Reporter, Summary } from '../model';
import type { ForkguardRecord } from '../records';
import { forkRecord, gapRecord, hazardRecord, summaryRecord } from '../render';
import { appendLine } from './append';
import type { ReporterOptions } from './options';
import { writeStderr } from './stderr';

/** One JSON object a line, appended to the output file by every process of the tree; to stderr without one. */
export default function ndjson(options: ReporterOptions): Reporter {
  const write = options.write ?? writeStderr;
  // made absolute now: the program may change its directory
  const path = options.output === undefined ? undefined : resolve(options.cwd, options.output);
  let complained = false;

  const put = (record: ForkguardRecord): void => {
    const line = JSON.stringify(record);
    if (path === undefined) {
      write(`${line}\n`);
      return;
    }
    try {
      appendLine(path, line);
    } catch (error) {
      if (complained) return;
      complained = true;
      const why = error instanceof Error ? error.message : String(error);
      write(
        `forkguard: cannot write the report ${escapeText(path, 500)}: ${escapeText(why, 500)}; records are lost\n`,
      );
    }
  };

  return {
    hazard: (hazard: Hazard) => put(hazardRecord(hazard)),
    fork: (record: ForkRecord) => put(forkRecord(record)),
    gap: (gap: Gap) => put(gapRecord(gap)),
    end: (summary: Summary) => put(summaryRecord(summary)),
  };
}
