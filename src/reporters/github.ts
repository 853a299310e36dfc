import { escapeText } from '../escape';
import type { Hazard, Reporter, Severity } from '../model';
import type { HazardRecord, SiteRecord } from '../records';
import { hazardRecord, mainSite, relativePath } from '../render';
import { writeStderr } from '../stderr';
import type { ReporterOptions } from './options';

const COMMAND: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', info: 'notice' };

const escapeData = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

const escapeProperty = (text: string): string =>
  escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');

/**
 * A workflow command that GitHub shows beside the line of source
 * (docs.github.com, "Workflow commands for GitHub Actions").
 */
export function annotation(hazard: HazardRecord, cwd: string): string {
  const site = mainSite(hazard);
  const properties = [`title=${escapeProperty(`${hazard.rule}: ${hazard.what}`)}`];
  if (site) {
    const file = relativePath(site.file, cwd).replaceAll('\\', '/');
    properties.unshift(`file=${escapeProperty(file)}`, `line=${site.line}`, `col=${site.column}`);
  }
  const place = (label: string, at: SiteRecord | string | null | undefined): string[] => {
    if (at == null || at === site) return [];
    return [
      typeof at === 'string'
        ? `${label}: ${at}`
        : `${label}: ${relativePath(at.file, cwd)}:${at.line}:${at.column}`,
    ];
  };
  const message = [
    ...place('opened', hazard.opened),
    ...place('ended', hazard.ended),
    `why: ${hazard.why}`,
    `help: ${hazard.help}`,
    ...hazard.proof.map((line) => `proof: ${line}`),
    `docs: ${hazard.docs}`,
  ];
  return `::${COMMAND[hazard.severity]} ${properties.join(',')}::${escapeData(message.join('\n'))}`;
}

/**
 * Annotations for GitHub Actions, on descriptor 2: the runner reads commands from both streams of a step, and a
 * program's stdout may be data for another.
 */
export default function github(options: ReporterOptions): Reporter {
  const write = options.write ?? writeStderr;
  const root = (options.env ?? process.env).GITHUB_WORKSPACE || options.cwd;
  const seen = new Set<string>();
  return {
    hazard(hazard: Hazard): void {
      if (hazard.background || seen.has(hazard.fingerprint)) return;
      seen.add(hazard.fingerprint);
      write(`${annotation(hazardRecord(hazard), escapeText(root, 4096))}\n`);
    },
  };
}
