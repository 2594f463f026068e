package dev.wherry.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Asks the profile as the kernel would: may this call with these arguments be made. */
class SeccompProfileTest {
  private static final String EPERM = "errno 1";
  private static final String ENOSYS = "errno 38";
  private static final String ALLOW = "allow";
  private static final Set<String> NO_CAPABILITIES = Set.of();

  private final JsonNode profile = parse();

  private static JsonNode parse() {
    try {
      return new ObjectMapper().readTree(SeccompProfile.defaultJson());
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  private String verdict(String call, Set<String> capabilities, String arch, long... args) {
    for (JsonNode rule : profile.get("syscalls")) {
      boolean named = false;
      for (JsonNode name : rule.get("names")) {
        named |= name.asText().equals(call);
      }
      if (named && applies(rule, capabilities, arch) && matches(rule.path("args"), args)) {
        return rule.get("action").asText().equals("SCMP_ACT_ALLOW")
            ? ALLOW
            : "errno " + rule.get("errnoRet").asInt();
      }
    }
    return "errno " + profile.get("defaultErrnoRet").asInt();
  }

  private static boolean applies(JsonNode rule, Set<String> capabilities, String arch) {
    JsonNode includes = rule.path("includes");
    JsonNode excludes = rule.path("excludes");
    return (includes.path("caps").isMissingNode() || hasAny(includes.path("caps"), capabilities))
        && (includes.path("arches").isMissingNode()
            || hasAny(includes.path("arches"), Set.of(arch)))
        && !hasAny(excludes.path("caps"), capabilities)
        && !hasAny(excludes.path("arches"), Set.of(arch));
  }

  private static boolean hasAny(JsonNode names, Set<String> wanted) {
    for (JsonNode name : names) {
      if (wanted.contains(name.asText())) {
        return true;
      }
    }
    return false;
  }

  private static boolean matches(JsonNode conditions, long... args) {
    for (JsonNode condition : conditions) {
      long actual = args[condition.get("index").asInt()];
      long value = condition.get("value").asLong();
      boolean holds =
          switch (condition.get("op").asText()) {
            case "SCMP_CMP_EQ" -> actual == value;
            case "SCMP_CMP_LT" -> actual < value;
            case "SCMP_CMP_GT" -> actual > value;
            case "SCMP_CMP_MASKED_EQ" -> (actual & value) == condition.get("valueTwo").asLong();
            default -> throw new AssertionError(condition);
          };
      if (!holds) {
        return false;
      }
    }
    return true;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "read",
        "write",
        "openat",
        "openat2",
        "execve",
        "fork",
        "vfork",
        "mmap",
        "futex",
        "rseq",
        "epoll_pwait2",
        "statx",
        "close_range",
        "faccessat2",
        "memfd_create",
        "chown",
        "mknod",
        "setuid",
        "capset",
        "prctl",
        "seccomp",
        "landlock_create_ruleset",
        "socketcall",
        "ptrace",
        "clock_gettime64",
        "adjtimex",
        "ioctl",
        "name_to_handle_at",
        "copy_file_range",
        "mseal"
      })
  void ordinary_calls_are_open_to_everyone(String call) {
    assertThat(verdict(call, NO_CAPABILITIES, "amd64")).isEqualTo(ALLOW);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "add_key",
        "keyctl",
        "request_key",
        "pivot_root",
        "swapon",
        "swapoff",
        "kexec_load",
        "kexec_file_load",
        "userfaultfd",
        "io_uring_setup",
        "io_uring_enter",
        "uselib",
        "ustat",
        "sysfs",
        "_sysctl",
        "nfsservctl",
        "create_module",
        "vm86",
        "move_pages",
        "migrate_pages"
      })
  void calls_without_a_use_in_containers_stay_closed_whatever_the_capabilities(String call) {
    Set<String> powerful =
        Set.of("CAP_SYS_ADMIN", "CAP_SYS_PTRACE", "CAP_SYS_BOOT", "CAP_SYS_NICE");

    assertThat(verdict(call, powerful, "amd64")).isEqualTo(EPERM);
  }

  @ParameterizedTest
  @CsvSource({
    "mount,CAP_SYS_ADMIN",
    "umount2,CAP_SYS_ADMIN",
    "setns,CAP_SYS_ADMIN",
    "unshare,CAP_SYS_ADMIN",
    "sethostname,CAP_SYS_ADMIN",
    "bpf,CAP_BPF",
    "perf_event_open,CAP_PERFMON",
    "open_by_handle_at,CAP_DAC_READ_SEARCH",
    "reboot,CAP_SYS_BOOT",
    "chroot,CAP_SYS_CHROOT",
    "init_module,CAP_SYS_MODULE",
    "mbind,CAP_SYS_NICE",
    "acct,CAP_SYS_PACCT",
    "kcmp,CAP_SYS_PTRACE",
    "iopl,CAP_SYS_RAWIO",
    "clock_settime,CAP_SYS_TIME",
    "vhangup,CAP_SYS_TTY_CONFIG",
    "syslog,CAP_SYSLOG"
  })
  void calls_of_a_capability_open_with_it(String call, String capability) {
    assertThat(verdict(call, NO_CAPABILITIES, "amd64")).isEqualTo(EPERM);
    assertThat(verdict(call, Set.of(capability), "amd64")).isEqualTo(ALLOW);
  }

  @ParameterizedTest
  @CsvSource({
    "1,allow",
    "2,allow",
    "10,allow",
    "16,allow",
    "17,allow",
    "38,errno 1",
    "39,allow",
    "40,errno 1",
    "41,allow",
    "44,allow"
  })
  void sockets_are_open_but_for_the_kernels_crypto_and_the_hypervisor(long family, String verdict) {
    assertThat(verdict("socket", NO_CAPABILITIES, "amd64", family)).isEqualTo(verdict);
  }

  @ParameterizedTest
  @ValueSource(
      longs = {0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000})
  void clone_makes_no_namespaces_without_the_capability(long namespaceFlag) {
    assertThat(verdict("clone", NO_CAPABILITIES, "amd64", 17, 0)).isEqualTo(ALLOW);
    assertThat(verdict("clone", NO_CAPABILITIES, "amd64", namespaceFlag | 17, 0)).isEqualTo(EPERM);
    assertThat(verdict("clone", NO_CAPABILITIES, "s390x", 0, namespaceFlag)).isEqualTo(EPERM);
    assertThat(verdict("clone", NO_CAPABILITIES, "s390x", namespaceFlag, 0)).isEqualTo(ALLOW);
    assertThat(verdict("clone", Set.of("CAP_SYS_ADMIN"), "amd64", namespaceFlag)).isEqualTo(ALLOW);
  }

  @Test
  void clone3_looks_absent_so_that_the_c_library_falls_back_to_clone() {
    assertThat(verdict("clone3", NO_CAPABILITIES, "amd64")).isEqualTo(ENOSYS);
    assertThat(verdict("clone3", Set.of("CAP_SYS_ADMIN"), "amd64")).isEqualTo(ALLOW);
  }

  @ParameterizedTest
  @CsvSource({
    "0,allow",
    "8,allow",
    "131072,allow",
    "131080,allow",
    "4294967295,allow",
    "262144,errno 1",
    "4194304,errno 1"
  })
  void personality_keeps_address_space_randomisation(long persona, String verdict) {
    assertThat(verdict("personality", NO_CAPABILITIES, "amd64", persona)).isEqualTo(verdict);
  }

  @ParameterizedTest
  @CsvSource({
    "arch_prctl,amd64,allow", "arch_prctl,arm64,errno 1", "modify_ldt,x86,allow",
    "set_tls,arm,allow", "set_tls,amd64,errno 1", "riscv_flush_icache,riscv64,allow"
  })
  void calls_of_one_architecture_open_there(String call, String arch, String verdict) {
    assertThat(verdict(call, NO_CAPABILITIES, arch)).isEqualTo(verdict);
  }

  @Test
  void programs_of_the_smaller_word_sizes_are_filtered_too() {
    JsonNode first = profile.get("archMap").get(0);

    assertThat(first.get("architecture").asText()).isEqualTo("SCMP_ARCH_X86_64");
    assertThat(first.get("subArchitectures"))
        .map(JsonNode::asText)
        .containsExactly("SCMP_ARCH_X86", "SCMP_ARCH_X32");
  }
}
