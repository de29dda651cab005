import type { DebugProtocol } from '@vscode/debugprotocol';

/** What can be done with a process that is no more: everything that reads, nothing that runs or writes. */
export const capabilities: DebugProtocol.Capabilities = {
  supportsConfigurationDoneRequest: true,
  supportsEvaluateForHovers: true,
  supportsClipboardContext: true,
  supportsCompletionsRequest: true,
  completionTriggerCharacters: ['.', '[', '"', "'"],
  supportsDelayedStackTraceLoading: true,
  supportsExceptionInfoRequest: true,
  supportsLoadedSourcesRequest: true,
  supportsModulesRequest: true,
  supportsReadMemoryRequest: true,
  supportsValueFormattingOptions: true,
  supportsCancelRequest: true,
  supportsSetVariable: false,
  supportsSetExpression: false,
  supportsWriteMemoryRequest: false,
  supportsStepBack: false,
  supportsRestartFrame: false,
  supportsRestartRequest: false,
  supportsTerminateRequest: false,
  supportTerminateDebuggee: false,
  supportSuspendDebuggee: false,
  supportsFunctionBreakpoints: false,
  exceptionBreakpointFilters: [],
  additionalModuleColumns: [],
};
