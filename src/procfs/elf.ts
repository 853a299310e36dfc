/** Reads the few parts of a native library that tell what it wants from others. */

import fs from 'node:fs';
import { withFile } from './read';

// taken now, as those of read.ts are
const { readSync } = fs;

const MAGIC = 0x7f454c46;
const CLASS_64 = 2;
const LITTLE_ENDIAN = 1;
const HEADER_BYTES = 64;
const SHT_DYNSYM = 11;
/** Of names or sections; those of the largest addons take 100 kB. */
const MOST_BYTES = 8 * 1024 * 1024;

/**
 * The names of the functions that a library offers to others or wants from them, with a NUL byte after each; one that
 * ends another may share its end (elf(5): the string table of the section `SHT_DYNSYM`). Undefined for what is no
 * 64-bit ELF file, or cannot be read.
 */
export function dynamicNames(path: string): string | undefined {
  try {
    return withFile(path, namesIn);
  } catch {
    return undefined;
  }
}

function namesIn(fd: number): string | undefined {
  const header = bytesAt(fd, 0, HEADER_BYTES);
  const known = header[4] === CLASS_64 && header[5] === LITTLE_ENDIAN;
  if (header.readUInt32BE(0) !== MAGIC || !known) return undefined;
  const size = header.readUInt16LE(0x3a);
  const sections = bytesAt(fd, Number(header.readBigUInt64LE(0x28)), size * header.readUInt16LE(0x3c));
  const section = (index: number) => sections.subarray(index * size, (index + 1) * size);
  for (let index = 0; index * size < sections.length; index++) {
    if (section(index).readUInt32LE(4) !== SHT_DYNSYM) continue;
    const strings = section(section(index).readUInt32LE(0x28));
    const [position, length] = [strings.readBigUInt64LE(0x18), strings.readBigUInt64LE(0x20)];
    return bytesAt(fd, Number(position), Number(length)).toString('latin1');
  }
  return undefined;
}

/** All or nothing: what ends before is damaged. */
function bytesAt(fd: number, position: number, length: number): Buffer {
  if (length > MOST_BYTES) throw new RangeError('more than a library has');
  const bytes = Buffer.alloc(length);
  if (readSync(fd, bytes, 0, length, position) !== length) throw new Error('the file ends before');
  return bytes;
}
