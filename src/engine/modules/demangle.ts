import { demangleItanium } from './demangle/itanium.ts';
import { demangleMicrosoft } from './demangle/microsoft.ts';
import { demangleRust } from './demangle/rust.ts';

/**
 * The name of a C++ or Rust symbol as people write it: C++ with parameters, without return types. Names that
 * are not mangled, or not understood, come back as they are. Version suffixes of dynamic symbols
 * ("name@@GLIBC_2.34") stay.
 */
export function demangle(name: string): string {
  if (name.startsWith('?') || name.startsWith('.?A')) return demangleMicrosoft(name) ?? name;
  if (!name.startsWith('_Z') && !name.startsWith('_R')) return name;
  const version = name.indexOf('@');
  const plain = version < 0 ? name : name.slice(0, version);
  const readable = demangleRust(plain) ?? demangleItanium(plain);
  return readable === undefined ? name : readable + name.slice(plain.length);
}
