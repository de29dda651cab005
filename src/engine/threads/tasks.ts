/** Tasks by name: what each is given, and what it results in. Arrays in shared memory are shared, others copied or transferred. */
export type Tasks<T> = { readonly [K in keyof T]: { readonly input: unknown; readonly result: unknown } };

/** What asks a thread for a task. */
export interface Request {
  readonly id: number;
  readonly kind: string;
  readonly input: unknown;
  readonly isLast: boolean;
}

/** What a thread answers. */
export interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}
