/*
 * Writes a minidump with all memory of a process, as Windows' own tools do it:
 *
 *     recorder DUMP PROGRAM [ARGUMENT...]   runs a program as its debugger, until an exception that nothing handles, or
 *                                           until it exits (procdump -ma -e -t)
 *     recorder DUMP --pid PID               a process as it runs (procdump -ma PID)
 *
 * MiniDumpWriteDump of Wine's dbghelp knows neither identities of modules nor regions of memory, and reads memory
 * 1 kB at a time: it writes the small streams here, and the rest is added to them.
 */
#include <windows.h>
#include <winternl.h>
#include <dbghelp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

enum { PAGE = 4096, CHUNK = 1 << 20, MOST_REGIONS = 1 << 16, MOST_STREAMS = 32 };

NTSTATUS NTAPI NtSuspendProcess(HANDLE process);
NTSTATUS NTAPI NtResumeProcess(HANDLE process);

static HANDLE process;
static FILE *file;
static MEMORY_BASIC_INFORMATION regions[MOST_REGIONS];
static int region_count;
static char chunk[CHUNK];

static void fail(const char *what) {
  fprintf(stderr, "recorder: %s: error %lu\n", what, GetLastError());
  exit(4);
}

static int peek(ULONG64 address, void *to, SIZE_T size) {
  SIZE_T done = 0;
  return ReadProcessMemory(process, (void *)address, to, size, &done) && done == size;
}

static void write(const void *bytes, size_t size) {
  if (fwrite(bytes, 1, size, file) != size) fail("fwrite");
}

static RVA64 at_end(void) {
  _fseeki64(file, 0, SEEK_END);
  while (_ftelli64(file) & 7) fputc(0, file);
  return _ftelli64(file);
}

static void read_at(RVA64 at, void *to, size_t size) {
  _fseeki64(file, at, SEEK_SET);
  if (fread(to, 1, size, file) != size) fail("fread");
}

static void write_at(RVA64 at, const void *bytes, size_t size) {
  _fseeki64(file, at, SEEK_SET);
  write(bytes, size);
}

static void find_regions(void) {
  MEMORY_BASIC_INFORMATION *region = regions;
  for (char *at = 0; VirtualQueryEx(process, at, region, sizeof *region); region++) {
    at = (char *)region->BaseAddress + region->RegionSize;
    if (++region_count == MOST_REGIONS) break;
  }
}

static int is_readable(const MEMORY_BASIC_INFORMATION *region) {
  return region->State == MEM_COMMIT && !(region->Protect & (PAGE_NOACCESS | PAGE_GUARD));
}

/* The record of a module's debug directory that names its PDB file. */
static void add_identity(MINIDUMP_MODULE *module) {
  ULONG64 base = module->BaseOfImage;
  IMAGE_DOS_HEADER dos;
  IMAGE_NT_HEADERS64 nt;
  if (!peek(base, &dos, sizeof dos) || !peek(base + dos.e_lfanew, &nt, sizeof nt)) return;
  IMAGE_DATA_DIRECTORY table = nt.OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_DEBUG];
  for (DWORD i = 0; i < table.Size / sizeof(IMAGE_DEBUG_DIRECTORY); i++) {
    IMAGE_DEBUG_DIRECTORY entry;
    char record[1024];
    if (!peek(base + table.VirtualAddress + i * sizeof entry, &entry, sizeof entry)) return;
    if (entry.Type != IMAGE_DEBUG_TYPE_CODEVIEW || entry.SizeOfData > sizeof record) continue;
    if (!peek(base + entry.AddressOfRawData, record, entry.SizeOfData)) continue;
    module->CvRecord.Rva = at_end();
    module->CvRecord.DataSize = entry.SizeOfData;
    write(record, entry.SizeOfData);
    return;
  }
}

static void add_identities(RVA64 list) {
  ULONG32 count;
  read_at(list, &count, sizeof count);
  for (ULONG32 i = 0; i < count; i++) {
    RVA64 at = list + sizeof count + i * sizeof(MINIDUMP_MODULE);
    MINIDUMP_MODULE module;
    read_at(at, &module, sizeof module);
    add_identity(&module);
    write_at(at, &module, sizeof module);
  }
}

/* Stacks are part of all the memory. */
static void forget_stacks(RVA64 list) {
  ULONG32 count, none = 0;
  read_at(list, &count, sizeof count);
  for (ULONG32 i = 0; i < count; i++)
    write_at(list + sizeof count + i * sizeof(MINIDUMP_THREAD) + offsetof(MINIDUMP_THREAD, Stack.Memory.Rva), &none,
             sizeof none);
}

static MINIDUMP_LOCATION_DESCRIPTOR add_regions(void) {
  RVA64 start = at_end();
  MINIDUMP_MEMORY_INFO_LIST list = {sizeof list, sizeof(MINIDUMP_MEMORY_INFO), region_count};
  write(&list, sizeof list);
  for (int i = 0; i < region_count; i++) {
    const MEMORY_BASIC_INFORMATION *r = &regions[i];
    MINIDUMP_MEMORY_INFO info = {(ULONG64)r->BaseAddress, (ULONG64)r->AllocationBase, r->AllocationProtect, 0,
                                 r->RegionSize, r->State, r->Protect, r->Type, 0};
    write(&info, sizeof info);
  }
  MINIDUMP_LOCATION_DESCRIPTOR place = {at_end() - start, start};
  return place;
}

static MINIDUMP_LOCATION_DESCRIPTOR add_memory_list(void) {
  RVA64 start = at_end();
  MINIDUMP_MEMORY64_LIST list = {0, 0};
  for (int i = 0; i < region_count; i++) list.NumberOfMemoryRanges += is_readable(&regions[i]);
  RVA64 end = start + offsetof(MINIDUMP_MEMORY64_LIST, MemoryRanges) +
              list.NumberOfMemoryRanges * sizeof(MINIDUMP_MEMORY_DESCRIPTOR64);
  list.BaseRva = (end + PAGE - 1) / PAGE * PAGE; /* so that the whole file can be taken as pages */
  write(&list, offsetof(MINIDUMP_MEMORY64_LIST, MemoryRanges));
  for (int i = 0; i < region_count; i++) {
    if (!is_readable(&regions[i])) continue;
    MINIDUMP_MEMORY_DESCRIPTOR64 range = {(ULONG64)regions[i].BaseAddress, regions[i].RegionSize};
    write(&range, sizeof range);
  }
  MINIDUMP_LOCATION_DESCRIPTOR place = {end - start, start};
  while ((RVA64)_ftelli64(file) < list.BaseRva) fputc(0, file);
  return place;
}

static void add_memory(void) {
  for (int i = 0; i < region_count; i++) {
    if (!is_readable(&regions[i])) continue;
    ULONG64 at = (ULONG64)regions[i].BaseAddress, end = at + regions[i].RegionSize;
    for (SIZE_T size; at < end; at += size) {
      size = end - at < CHUNK ? end - at : CHUNK;
      if (!peek(at, chunk, size)) fail("ReadProcessMemory");
      write(chunk, size);
    }
  }
}

static void add_all(const wchar_t *path) {
  file = _wfopen(path, L"r+b");
  if (!file) fail("fopen");
  MINIDUMP_HEADER header;
  MINIDUMP_DIRECTORY streams[MOST_STREAMS];
  read_at(0, &header, sizeof header);
  ULONG32 count = header.NumberOfStreams;
  if (count + 2 > MOST_STREAMS) fail("too many streams");
  read_at(header.StreamDirectoryRva, streams, count * sizeof *streams);
  for (ULONG32 i = 0; i < count; i++) {
    MINIDUMP_DIRECTORY *stream = &streams[i];
    if (stream->StreamType == ModuleListStream) add_identities(stream->Location.Rva);
    if (stream->StreamType == ThreadListStream) forget_stacks(stream->Location.Rva);
    if (stream->StreamType == MemoryListStream) memset(stream, 0, sizeof *stream);
  }
  find_regions();
  streams[count].StreamType = MemoryInfoListStream;
  streams[count++].Location = add_regions();
  MINIDUMP_DIRECTORY *memory = &streams[count++];
  header.NumberOfStreams = count;
  header.StreamDirectoryRva = at_end();
  header.Flags |= MiniDumpWithFullMemory | MiniDumpWithFullMemoryInfo;
  write(streams, count * sizeof *streams);
  memory->StreamType = Memory64ListStream;
  memory->Location = add_memory_list();
  add_memory();
  write_at(header.StreamDirectoryRva, streams, count * sizeof *streams);
  write_at(0, &header, sizeof header);
  fclose(file);
}

static void dump(DWORD pid, DWORD tid, EXCEPTION_RECORD *record, const wchar_t *path) {
  HANDLE out = CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
  if (out == INVALID_HANDLE_VALUE) fail("CreateFile");
  CONTEXT context = {.ContextFlags = CONTEXT_ALL};
  EXCEPTION_POINTERS pointers = {record, &context};
  MINIDUMP_EXCEPTION_INFORMATION exception = {tid, &pointers, FALSE};
  if (record) {
    HANDLE thread = OpenThread(THREAD_ALL_ACCESS, FALSE, tid);
    if (!GetThreadContext(thread, &context)) fail("GetThreadContext");
    CloseHandle(thread);
  }
  MINIDUMP_TYPE type = MiniDumpWithHandleData | MiniDumpWithUnloadedModules | MiniDumpWithThreadInfo;
  if (!MiniDumpWriteDump(process, pid, out, type, record ? &exception : NULL, NULL, NULL)) fail("MiniDumpWriteDump");
  CloseHandle(out);
  add_all(path);
}

static int dump_running(DWORD pid, const wchar_t *path) {
  process = OpenProcess(PROCESS_ALL_ACCESS, FALSE, pid);
  if (!process) fail("OpenProcess");
  NtSuspendProcess(process);
  dump(pid, 0, NULL, path);
  NtResumeProcess(process);
  return 0;
}

/* Where programs exit: there they stop for the recorder. */
static BYTE *exit_at;
static BYTE instruction;

static void poke(BYTE byte) {
  DWORD before;
  if (!VirtualProtectEx(process, exit_at, 1, PAGE_EXECUTE_READWRITE, &before)) fail("VirtualProtectEx");
  if (!WriteProcessMemory(process, exit_at, &byte, 1, NULL)) fail("WriteProcessMemory");
  VirtualProtectEx(process, exit_at, 1, before, &before);
  FlushInstructionCache(process, exit_at, 1);
}

static void stop_at_exit(void) {
  /* The system's library is at the same place in all processes. */
  exit_at = (BYTE *)(void *)GetProcAddress(GetModuleHandleW(L"ntdll"), "RtlExitUserProcess");
  if (!peek((ULONG64)exit_at, &instruction, 1)) fail("ReadProcessMemory");
  poke(0xcc);
}

static void before_breakpoint(DWORD tid) {
  poke(instruction);
  HANDLE thread = OpenThread(THREAD_ALL_ACCESS, FALSE, tid);
  CONTEXT context = {.ContextFlags = CONTEXT_CONTROL};
  if (!GetThreadContext(thread, &context)) fail("GetThreadContext");
  context.Rip = (ULONG64)exit_at;
  if (!SetThreadContext(thread, &context)) fail("SetThreadContext");
  CloseHandle(thread);
}

static int dump_at_end(wchar_t *command, const wchar_t *path) {
  STARTUPINFOW startup = {sizeof startup};
  PROCESS_INFORMATION started;
  if (!CreateProcessW(NULL, command, NULL, NULL, TRUE, DEBUG_ONLY_THIS_PROCESS, NULL, NULL, &startup, &started))
    fail("CreateProcess");
  process = started.hProcess;
  int is_running = 0;
  for (DEBUG_EVENT event; WaitForDebugEvent(&event, INFINITE);) {
    DWORD answer = DBG_CONTINUE;
    if (event.dwDebugEventCode == EXIT_PROCESS_DEBUG_EVENT) {
      fprintf(stderr, "recorder: ended with status %lu\n", event.u.ExitProcess.dwExitCode);
      return 5;
    }
    if (event.dwDebugEventCode == EXCEPTION_DEBUG_EVENT) {
      EXCEPTION_DEBUG_INFO *exception = &event.u.Exception;
      DWORD code = exception->ExceptionRecord.ExceptionCode;
      if (!is_running && code == EXCEPTION_BREAKPOINT) {
        is_running = 1; /* the system's own, for debuggers */
        stop_at_exit();
      } else if (code == EXCEPTION_BREAKPOINT && exception->ExceptionRecord.ExceptionAddress == exit_at) {
        before_breakpoint(event.dwThreadId);
        dump(started.dwProcessId, 0, NULL, path);
        TerminateProcess(process, code);
        return 0;
      } else if (exception->dwFirstChance) {
        answer = DBG_EXCEPTION_NOT_HANDLED;
      } else {
        dump(started.dwProcessId, event.dwThreadId, &exception->ExceptionRecord, path);
        TerminateProcess(process, code);
        return 0;
      }
    }
    ContinueDebugEvent(event.dwProcessId, event.dwThreadId, answer);
  }
  fail("WaitForDebugEvent");
  return 6;
}

int wmain(int argc, wchar_t **argv) {
  if (argc < 3) return 2;
  if (argc == 4 && wcscmp(argv[2], L"--pid") == 0) return dump_running(wcstoul(argv[3], NULL, 10), argv[1]);
  static wchar_t command[32768];
  for (int i = 2; i < argc; i++) {
    wcscat(command, i > 2 ? L" \"" : L"\"");
    wcscat(command, argv[i]);
    wcscat(command, L"\"");
  }
  return dump_at_end(command, argv[1]);
}
