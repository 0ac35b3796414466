// Resource limits, and a seccomp filter (seccomp(2)) that refuses all but a few system calls.
#include "lepton/hdf5/confine.hpp"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <vector>

#include "lepton/base/error.hpp"

namespace lepton::hdf5 {
namespace {

// Memory, time, and what the C library does on the way to _exit.
constexpr int kAllowed[] = {SYS_read,           SYS_write,         SYS_mmap,
                            SYS_munmap,         SYS_mremap,        SYS_mprotect,
                            SYS_madvise,        SYS_brk,           SYS_futex,
                            SYS_exit,           SYS_exit_group,    SYS_rt_sigreturn,
                            SYS_rt_sigprocmask, SYS_rt_sigaction,  SYS_sigaltstack,
                            SYS_gettimeofday,   SYS_clock_gettime, SYS_getrandom,
                            SYS_fstat,          SYS_lseek,         SYS_close,
                            SYS_getpid,         SYS_gettid,        SYS_tgkill,
                            SYS_sched_yield,    SYS_newfstatat,    SYS_sched_getaffinity,
                            SYS_getrusage};

#if defined(__x86_64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
#endif

void limit(int resource, rlim_t value) {
  const rlimit both = {value, value};
  if (setrlimit(static_cast<__rlimit_resource>(resource), &both) != 0)
    fail(ErrorCode::kInternal, "hdf5: limit {} cannot be set: {}", resource, std::strerror(errno));
}

void filter_system_calls() {
  std::vector<sock_filter> program = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kArchitecture, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
  };
  for (const int call : kAllowed) {
    program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(call), 0, 1));
    program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  }
  program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM));
  const sock_fprog whole = {static_cast<unsigned short>(program.size()), program.data()};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &whole) != 0)
    fail(ErrorCode::kInternal, "hdf5: system calls cannot be refused: {}", std::strerror(errno));
}

}  // namespace

void confine(std::size_t max_memory_bytes, std::size_t max_cpu_seconds) {
  limit(RLIMIT_CPU, max_cpu_seconds);
  limit(RLIMIT_CORE, 0);
#if !defined(__SANITIZE_ADDRESS__) && !defined(LEPTON_SANITIZED)
  limit(RLIMIT_AS, max_memory_bytes);
  limit(RLIMIT_NOFILE, 3);
  filter_system_calls();
#else
  // Sanitizers reserve terabytes, open pipes to see whether memory is there, and trace the program at its end.
  (void)max_memory_bytes;
  (void)filter_system_calls;
#endif
}

}  // namespace lepton::hdf5
