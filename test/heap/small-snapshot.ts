/** What would do harm as markup: the name of a class, of a property, and a string. */
export const hostile: readonly [string, string, string] = [
  '<img src=x onerror="window.hit=1">',
  '<script>window.hit=2</script>',
  'https://example.invalid/"><svg onload=window.hit=3>',
];

/** A snapshot of one object with one property: the name of its class, of the property, and the string there. */
export function smallSnapshot([className, property, text]: readonly [string, string, string]): string {
  const strings = ['', className, property, text, 'root'];
  return JSON.stringify({
    snapshot: {
      meta: {
        node_fields: ['type', 'name', 'id', 'self_size', 'edge_count', 'trace_node_id', 'detachedness'],
        node_types: [
          [
            ...['hidden', 'array', 'string', 'object', 'code', 'closure', 'regexp', 'number', 'native'],
            ...['synthetic', 'concatenated string', 'sliced string', 'symbol', 'bigint', 'object shape'],
          ],
          ...['string', 'number', 'number', 'number', 'number', 'number'],
        ],
        edge_fields: ['type', 'name_or_index', 'to_node'],
        edge_types: [
          ['context', 'element', 'property', 'internal', 'hidden', 'shortcut', 'weak'],
          'string_or_number',
          'node',
        ],
        trace_function_info_fields: [],
        trace_node_fields: [],
        sample_fields: [],
        location_fields: ['object_index', 'script_id', 'line', 'column'],
      },
      node_count: 3,
      edge_count: 2,
      trace_function_count: 0,
      extra_native_bytes: 0,
    },
    nodes: [...[9, 4, 1, 0, 1, 0, 0], ...[3, 1, 3, 40, 1, 0, 0], ...[2, 3, 5, text.length + 28, 0, 0, 0]],
    edges: [...[1, 1, 7], ...[2, 2, 14]],
    trace_function_infos: [],
    trace_tree: [],
    samples: [],
    locations: [],
    strings,
  });
}
