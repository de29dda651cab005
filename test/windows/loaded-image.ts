import { readFileSync } from 'node:fs';

/** Bytes of a section's header. */
const sectionSize = 40;

/** A PE file as it is in memory, where it is loaded at the address that it was linked for. */
export function loadedImage(path: string): Buffer {
  const file = readFileSync(path);
  const header = file.readUInt32LE(0x3c);
  const optional = header + 24;
  const image = Buffer.alloc(file.readUInt32LE(optional + 56));
  file.copy(image, 0, 0, file.readUInt32LE(optional + 60));
  const table = optional + file.readUInt16LE(header + 20);
  for (let i = 0; i < file.readUInt16LE(header + 6); i++) {
    const [bytes, address, rawBytes, rawAddress] = [8, 12, 16, 20].map((o) =>
      file.readUInt32LE(table + i * sectionSize + o),
    ) as [number, number, number, number];
    file.copy(image, address, rawAddress, rawAddress + Math.min(bytes, rawBytes));
  }
  return image;
}
