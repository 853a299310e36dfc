import type { ForkRecord, Gap, Hazard, Reporter, Summary } from '../model';
import type { ForkguardRecord } from '../records';
import { forkRecord, gapRecord, hazardRecord, summaryRecord } from '../render';
import { writeStderr } from '../stderr';
import { appendLine } from './append';
import type { ReporterOptions } from './options';
import { cannotWrite, outputPath } from './output-path';

/** Files that one of the reporters made with the same options appends to already. */
const claimed = new WeakMap<ReporterOptions, Set<string>>();

function claim(path: string, options: ReporterOptions): boolean {
  const paths = claimed.get(options) ?? new Set();
  claimed.set(options, paths);
  if (paths.has(path)) return false;
  paths.add(path);
  return true;
}

function writer(
  put: (record: ForkguardRecord) => void,
): Required<Omit<Reporter, 'repeat' | 'forking' | 'forked'>> {
  return {
    hazard: (hazard: Hazard) => put(hazardRecord(hazard)),
    fork: (record: ForkRecord) => put(forkRecord(record)),
    gap: (gap: Gap) => put(gapRecord(gap)),
    end: (summary: Summary) => put(summaryRecord(summary)),
  };
}

/**
 * Appends records to the file at `path`, if no other reporter made with the same `options` does so: the reporters
 * that write documents share one file of records with each other and with ndjson itself.
 */
export function recordsTo(
  path: string,
  options: ReporterOptions,
): Required<Omit<Reporter, 'repeat' | 'forking' | 'forked'>> {
  if (!claim(path, options)) return writer(() => {});
  let complained = false;
  return writer((record) => {
    try {
      appendLine(path, JSON.stringify(record));
    } catch (error) {
      if (complained) return;
      complained = true;
      (options.write ?? writeStderr)(`${cannotWrite(path, error)}; records are lost\n`);
    }
  });
}

/** One JSON object a line, appended to the output file by every process of the tree; to stderr without one. */
export default function ndjson(options: ReporterOptions): Reporter {
  // made absolute now: the program may change its directory
  if (options.output !== undefined) return recordsTo(outputPath(options, 'ndjson'), options);
  const write = options.write ?? writeStderr;
  return writer((record) => write(`${JSON.stringify(record)}\n`));
}
