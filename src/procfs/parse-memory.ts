/** Readings of `/proc/<pid>/smaps` and `/proc/<pid>/maps`. Pure; they never throw. */

/** Resident bytes of the mappings that fork(2) does not copy: `dc` in VmFlags, set by MADV_DONTFORK. */
export function parseExcludedBytes(smaps: string): number {
  let excluded = 0;
  let resident = 0;
  for (const line of smaps.split('\n')) {
    if (line.startsWith('Rss:')) resident = Number.parseInt(line.slice(4), 10) || 0;
    else if (line.startsWith('VmFlags:') && / dc( |$)/.test(line)) excluded += resident * 1024;
  }
  return excluded;
}

/** One line of `/proc/<pid>/maps`. */
export interface Mapping {
  readonly start: bigint;
  readonly end: bigint;
  readonly inode: number;
  readonly path: string;
}

const MAPPING = /^([0-9a-f]{1,16})-([0-9a-f]{1,16}) \S{4} [0-9a-f]+ [0-9a-f]+:[0-9a-f]+ (\d+)\s*(.*)$/;

export function parseMaps(text: string): Mapping[] {
  const mappings: Mapping[] = [];
  for (const line of text.split('\n')) {
    const match = MAPPING.exec(line);
    if (!match) continue;
    mappings.push({
      start: BigInt(`0x${match[1]}`),
      end: BigInt(`0x${match[2]}`),
      inode: Number(match[3]),
      path: match[4]!,
    });
  }
  return mappings;
}
