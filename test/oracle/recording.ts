/**
 * What the live debugger showed of a paused process: the shapes that `record` writes and `compare` reads.
 * Lines and columns are 1-based.
 */

export interface Recording {
  readonly program: string;
  readonly nodeVersion: string;
  readonly execArgv: readonly string[];
  /** Thread id of the paused thread, as the kernel names it. */
  readonly pid: number;
  /** CDP Debugger.paused reason: "exception", "promiseRejection", or "other" for a debugger statement. */
  readonly reason: string;
  readonly exception: RecordedValue | null;
  readonly frames: readonly RecordedFrame[];
  /** Labels of the awaiting functions below the last frame, as Error.stack prints them ("at async …"). */
  readonly asyncFrames: readonly string[];
}

export interface RecordedFrame {
  readonly functionName: string;
  readonly url: string;
  readonly line: number;
  readonly column: number;
  readonly receiver: RecordedValue;
  /** Without the global scope. */
  readonly scopes: readonly RecordedScope[];
}

export interface RecordedScope {
  readonly type: string;
  readonly name: string | null;
  readonly variables: readonly RecordedProperty[];
}

export interface RecordedProperty {
  readonly name: string;
  /** Absent for an accessor, and for a variable in its dead zone or optimized out. */
  readonly value: RecordedValue | null;
  readonly accessor: boolean;
}

export interface RecordedValue {
  readonly type: string;
  readonly subtype: string | null;
  readonly className: string | null;
  readonly description: string | null;
  /** JSON value of a primitive; CDP's unserializableValue as text. */
  readonly value: string | number | boolean | null;
  readonly properties: readonly RecordedProperty[];
  readonly internal: readonly RecordedProperty[];
  /** How many own properties the object had beyond those that were recorded. */
  readonly omitted: number;
}
