/** Makes elements. Text is only ever set as text: what stands in a dump never becomes markup. */
export type Child = Node | string | null | undefined | false;

export function h(
  name: keyof HTMLElementTagNameMap,
  attributes: Readonly<Record<string, string>>,
  ...children: Child[]
): HTMLElement {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** A table with a caption for screen readers; cells of `numeric` columns stand at the right. */
export function table(
  caption: string,
  columns: readonly { title: string; numeric?: boolean }[],
  rows: readonly { cells: readonly Child[]; class?: string }[],
): HTMLElement {
  const align = (i: number): Record<string, string> => (columns[i]?.numeric ? { class: 'numeric' } : {});
  return h(
    'table',
    { 'aria-label': caption },
    h(
      'thead',
      {},
      h('tr', {}, ...columns.map((column, i) => h('th', { scope: 'col', ...align(i) }, column.title))),
    ),
    h(
      'tbody',
      {},
      ...rows.map((row) =>
        h(
          'tr',
          row.class ? { class: row.class } : {},
          ...row.cells.map((cell, i) => h('td', align(i), cell)),
        ),
      ),
    ),
  );
}

/** Bytes for people: "52.5 MB"; a dash for what is unknown. */
export function size(bytes: number | null): string {
  if (bytes === null) return '–';
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}
