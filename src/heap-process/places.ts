/** The views of the heap explorer, as states and links call them. */
export const tabs = [
  'overview',
  'suspects',
  'classes',
  'dominators',
  'object',
  'strings',
  'closures',
  'compare',
] as const;

export type Tab = (typeof tabs)[number];

/** A place in the explorer; history, state and links are made of them. */
export interface Location {
  readonly tab: Tab;
  /** An object's id or address, where the tab is about one. */
  readonly object: string | null;
}

export function isTab(value: unknown): value is Tab {
  return (tabs as readonly unknown[]).includes(value);
}

export function isLocation(value: unknown): value is Location {
  if (typeof value !== 'object' || value === null) return false;
  const { tab, object } = value as Record<string, unknown>;
  return isTab(tab) && (object === null || typeof object === 'string');
}
