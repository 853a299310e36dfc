import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Reporter, Severity } from '../model';
import type { SiteRecord } from '../records';
import { mainSite, relativePath } from '../render';
import type { ReporterOptions } from './options';
import type { CountedHazard, Run } from './read';
import { wholeTree } from './whole-tree';

const LEVEL: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', info: 'note' };
const ROOT = 'SRCROOT';

function location(site: SiteRecord, cwd: string, message?: string): object {
  const path = relativePath(site.file, cwd).replaceAll('\\', '/');
  const artifactLocation = isAbsolute(path)
    ? { uri: pathToFileURL(path).href }
    : { uri: path.split('/').map(encodeURIComponent).join('/'), uriBaseId: ROOT };
  const region = {
    startLine: Math.max(1, Math.trunc(site.line)),
    startColumn: Math.max(1, Math.trunc(site.column)),
  };
  return {
    physicalLocation: { artifactLocation, region },
    ...(message ? { message: { text: message } } : {}),
  };
}

/** `[text](1)` is a link in a SARIF message; what others wrote must not become one. */
const plain = (text: string): string => text.replaceAll('](', '] (');

function result(hazard: CountedHazard, ruleIndex: number, cwd: string): object {
  const site = mainSite(hazard);
  const { opened } = hazard;
  const openedElsewhere =
    typeof opened === 'object' && opened !== null && opened !== site ? opened : undefined;
  const text = [
    `${hazard.what}.`,
    ...(typeof opened === 'string' ? [`Opened: ${opened}.`] : []),
    `Why: ${hazard.why}.`,
    `Help: ${hazard.help}.`,
    'Proof:',
    ...hazard.proof.map((fact) => `- ${fact}`),
  ].join('\n');
  return {
    ruleId: hazard.rule,
    ruleIndex,
    level: LEVEL[hazard.severity],
    message: { text: plain(text) },
    ...(site ? { locations: [location(site, cwd)] } : {}),
    ...(openedElsewhere
      ? { relatedLocations: [{ id: 1, ...location(openedElsewhere, cwd, 'opened here') }] }
      : {}),
    occurrenceCount: hazard.times,
    partialFingerprints: { 'forkguard/v1': hazard.fingerprint },
    properties: { pid: hazard.pid, time: hazard.time, ...(hazard.child ? { child: hazard.child } : {}) },
  };
}

/** SARIF 2.1.0 (OASIS, "Static Analysis Results Interchange Format"), as code scanning services read it. */
export function toSarif(run: Run, cwd: string): string {
  const rules = [...new Set(run.hazards.map((hazard) => hazard.rule))].sort();
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'forkguard',
            rules: rules.map((id) => {
              const { docs, severity } = run.hazards.find((hazard) => hazard.rule === id) as CountedHazard;
              const url = /^https?:\/\/[^\s]+$/.test(docs) && URL.canParse(docs);
              return {
                id,
                shortDescription: { text: id.replaceAll('-', ' ') },
                help: { text: plain(`See ${docs}, or run: forkguard explain ${id}`) },
                ...(url ? { helpUri: docs } : {}),
                defaultConfiguration: { level: LEVEL[severity] },
              };
            }),
          },
        },
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: { [ROOT]: { uri: pathToFileURL(`${cwd}/`).href } },
        results: run.hazards.map((hazard) => result(hazard, rules.indexOf(hazard.rule), cwd)),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

/** Writes a SARIF file when the process ends. */
export default function sarif(options: ReporterOptions): Reporter {
  return wholeTree('sarif', options, (run) => toSarif(run, options.cwd));
}
