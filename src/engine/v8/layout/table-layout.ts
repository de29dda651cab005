import type { Constants } from './constants.ts';

/** sizeof(BuiltinMetadata) of builtins/builtins.cc: a name and 16 bytes of kind and data. */
export const BUILTIN_METADATA_SIZE = 24;

const V8_UP_TO_13 = ['free_space_map', 'one_pointer_filler_map', 'two_pointer_filler_map'];

/** Bytes that Bytecodes::kBytecodeSizes begins with. */
const SIZES = [
  '01010101010203040505060201020101010101020404020202030202020101010203030304020204040204040304040303030404040404050203030303030303',
  '01010101010203040505060201020101010101020404020202030202020101010203030304020204040204040304040303030404040504050303030303030303',
  '01010101010203040505060201020101010101020404020202030202020101010203030304020402020404020404030404030503030404040504050303030303',
  '01010101010203040505060201020101010101020404040202020203020202010101020303030402040202040404020404040304040305030304040405040503',
];

/**
 * V8's tables of names and sizes, by which they are found where no symbol tells their place: what they begin with
 * (RootsTable::root_names_, ExternalReferenceTable::ref_name_, Bytecodes::kBytecodeSizes), and how long they are.
 */
export function tableLayout(c: Constants) {
  return {
    roots: c.table('RootsTable.kEntriesCount', [784, 830, 862, 1140, 1156]),
    firstRoots:
      c.table('RootsTable.begins_with_maps', [1, 1, 1, 1, 0]) === 1
        ? V8_UP_TO_13
        : ['undefined_value', 'the_hole_value', 'null_value'],
    references: c.table('ExternalReferenceTable.kSize', [1379, 1484, 1576, 1673, 1705]),
    firstReferences: ['nullptr', 'abort_with_reason'],
    bytecodes: c.table('Bytecodes.kBytecodeCount', [198, 198, 203, 208, 212]),
    firstBytecodeSizes: SIZES[c.table('Bytecodes.sizes', [0, 1, 2, 3, 3])]!,
  };
}

export type TableLayout = ReturnType<typeof tableLayout>;
