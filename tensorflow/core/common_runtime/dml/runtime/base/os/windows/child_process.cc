#include "tensorflow/core/common_runtime/dml/runtime/base/os/child_process.h"

#include <algorithm>

#include "tensorflow/core/common_runtime/dml/runtime/base/os/windows/wide.h"

namespace dml {
namespace os {
namespace {

// How often Wait() asks whether there is output.
constexpr DWORD kPeriodMs = 5;

// As the C library of a program takes the line apart again: backslashes count
// as themselves but before a quotation mark.
std::wstring Quoted(const std::wstring& argument) {
  std::wstring text = L"\"";
  size_t backslashes = 0;
  for (const wchar_t c : argument) {
    if (c == L'"') text.append(backslashes + 1, L'\\');
    backslashes = c == L'\\' ? backslashes + 1 : 0;
    text += c;
  }
  text.append(backslashes, L'\\');
  return text + L'"';
}

// Handles that a started program inherits, and no others of this process.
class Inherited {
 public:
  // False when there is no memory for it.
  bool Allow(HANDLE* handles, size_t count) {
    SIZE_T bytes = 0;
    InitializeProcThreadAttributeList(nullptr, 1, 0, &bytes);
    memory_.resize(bytes);
    return InitializeProcThreadAttributeList(list(), 1, 0, &bytes) &&
           UpdateProcThreadAttribute(list(), 0,
                                     PROC_THREAD_ATTRIBUTE_HANDLE_LIST, handles,
                                     count * sizeof *handles, nullptr, nullptr);
  }
  ~Inherited() {
    if (!memory_.empty()) DeleteProcThreadAttributeList(list());
  }
  LPPROC_THREAD_ATTRIBUTE_LIST list() {
    return reinterpret_cast<LPPROC_THREAD_ATTRIBUTE_LIST>(memory_.data());
  }

 private:
  std::string memory_;
};

// Ends its processes when the last handle is closed: with this process, too.
Handle NewJob() {
  Handle job(CreateJobObjectW(nullptr, nullptr));
  JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {};
  limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
  if (job.ok()) {
    SetInformationJobObject(job.get(), JobObjectExtendedLimitInformation,
                            &limits, sizeof limits);
  }
  return job;
}

// An exit code of a fault is its NTSTATUS, of severity "error".
ChildProcess::End EndByCode(DWORD code) {
  constexpr DWORD kControlC = 0xC000013A;
  if (code == kControlC) return ChildProcess::End::kInterrupted;
  return code >= 0xC0000000 ? ChildProcess::End::kCrashed
                            : ChildProcess::End::kExited;
}

}  // namespace

struct ChildProcess::State {
  Handle process;
  Handle job;
  Handle output;  // its standard output, at our end
  std::string text;

  ~State() {
    if (process.ok()) TerminateProcess(process.get(), 1);
  }

  void Read() {
    char piece[4096];
    DWORD ready = 0, count = 0;
    while (PeekNamedPipe(output.get(), nullptr, 0, nullptr, &ready, nullptr) &&
           ready > 0 &&
           ReadFile(output.get(), piece, sizeof piece, &count, nullptr)) {
      text.append(piece, std::min<size_t>(count, kMaxOutput - text.size()));
    }
  }
};

ChildProcess::ChildProcess(std::unique_ptr<State> state)
    : state_(std::move(state)) {}

ChildProcess::~ChildProcess() = default;

std::unique_ptr<ChildProcess> ChildProcess::Start(
    const std::vector<std::string>& arguments) {
  auto state = std::make_unique<State>();
  SECURITY_ATTRIBUTES inheritable = {sizeof inheritable, nullptr, TRUE};
  Handle theirs;
  if (!CreatePipe(state->output.address(), theirs.address(), &inheritable,
                  kMaxOutput)) {
    return nullptr;
  }
  Handle nothing(CreateFileW(L"NUL", GENERIC_READ, FILE_SHARE_READ,
                             &inheritable, OPEN_EXISTING, 0, nullptr));
  // A copy that may be inherited; a process without a console has none.
  Handle errors;
  const HANDLE self = GetCurrentProcess();
  DuplicateHandle(self, GetStdHandle(STD_ERROR_HANDLE), self, errors.address(),
                  0, TRUE, DUPLICATE_SAME_ACCESS);

  HANDLE handles[3];
  size_t count = 0;
  for (const Handle* handle : {&nothing, &theirs, &errors}) {
    if (handle->ok()) handles[count++] = handle->get();
  }
  Inherited inherited;
  if (!inherited.Allow(handles, count)) return nullptr;

  STARTUPINFOEXW startup = {};
  startup.StartupInfo.cb = sizeof startup;
  startup.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
  startup.StartupInfo.hStdInput = nothing.get();
  startup.StartupInfo.hStdOutput = theirs.get();
  startup.StartupInfo.hStdError = errors.get();
  startup.lpAttributeList = inherited.list();

  std::wstring line;
  for (const std::string& argument : arguments) {
    line += (line.empty() ? L"" : L" ") + Quoted(Wide(argument));
  }
  PROCESS_INFORMATION process = {};
  // Suspended until it is in its job, which it could otherwise outlive.
  if (!CreateProcessW(
          Wide(arguments[0]).c_str(), line.data(), nullptr, nullptr, TRUE,
          EXTENDED_STARTUPINFO_PRESENT | CREATE_SUSPENDED | CREATE_NO_WINDOW,
          nullptr, nullptr, &startup.StartupInfo, &process)) {
    return nullptr;
  }
  state->process = Handle(process.hProcess);
  const Handle thread(process.hThread);
  state->job = NewJob();
  if (state->job.ok())
    AssignProcessToJobObject(state->job.get(), process.hProcess);
  ResumeThread(thread.get());
  return std::unique_ptr<ChildProcess>(new ChildProcess(std::move(state)));
}

bool ChildProcess::Wait(int milliseconds, Outcome* outcome) {
  if (!state_->process.ok()) return false;
  const ULONGLONG end = GetTickCount64() + milliseconds;
  for (;;) {
    const bool ended =
        WaitForSingleObject(state_->process.get(), kPeriodMs) == WAIT_OBJECT_0;
    state_->Read();  // after that: what it wrote last is there, too
    if (ended) break;
    if (GetTickCount64() >= end) return false;
  }
  DWORD code = 0;
  *outcome = {};
  if (GetExitCodeProcess(state_->process.get(), &code)) {
    outcome->end = EndByCode(code);
    outcome->code = static_cast<int>(code);
  }
  outcome->output = std::move(state_->text);
  state_->process.Close();
  return true;
}

std::string ChildProcess::Parent() {
  return std::to_string(GetCurrentProcessId());
}

// Its job ends it.
void ChildProcess::EndWith(const std::string&) {}

bool IsProgram(const std::string& path) {
  DWORD kind;
  return GetBinaryTypeW(Wide(path).c_str(), &kind);
}

std::string ProgramFile(const std::string& name) { return name + ".exe"; }

std::string StartOfMachine() {
  DWORD number = 0, bytes = sizeof number;
  const LSTATUS status =
      RegGetValueW(HKEY_LOCAL_MACHINE,
                   L"SYSTEM\\CurrentControlSet\\Control\\Session Manager\\"
                   L"Memory Management\\PrefetchParameters",
                   L"BootId", RRF_RT_REG_DWORD, nullptr, &number, &bytes);
  return status == ERROR_SUCCESS ? std::to_string(number) : "";
}

}  // namespace os
}  // namespace dml
