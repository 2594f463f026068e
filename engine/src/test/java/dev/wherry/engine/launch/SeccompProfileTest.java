package dev.wherry.engine.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SeccompProfileTest {
  private static final String PROFILE =
      """
      {"defaultAction":"SCMP_ACT_ERRNO","defaultErrnoRet":1,
       "archMap":[{"architecture":"SCMP_ARCH_X86_64","subArchitectures":["SCMP_ARCH_X86"]},
                  {"architecture":"SCMP_ARCH_AARCH64","subArchitectures":["SCMP_ARCH_ARM"]}],
       "syscalls":[
        {"names":["read"],"action":"SCMP_ACT_ALLOW","args":[],"comment":"x"},
        {"name":"old","action":"SCMP_ACT_ALLOW"},
        {"names":["ptrace"],"action":"SCMP_ACT_ALLOW","includes":{"minKernel":"4.8"}},
        {"names":["arch_prctl"],"action":"SCMP_ACT_ALLOW","includes":{"arches":["amd64"]}},
        {"names":["mount"],"action":"SCMP_ACT_ALLOW","includes":{"caps":["CAP_SYS_ADMIN"]}},
        {"names":["clone3"],"action":"SCMP_ACT_ERRNO","errnoRet":38,
         "excludes":{"caps":["CAP_SYS_ADMIN"]}}]}
      """;

  private static List<String> names(ObjectNode resolved) {
    return resolved
        .path("syscalls")
        .valueStream()
        .map(rule -> rule.at("/names/0").asText())
        .toList();
  }

  @Test
  void conditions_are_resolved_for_this_host_and_container() {
    SeccompProfile profile = SeccompProfile.parse(PROFILE);
    assertThat(names(profile.resolve(List.of(), host("x86_64", "6.1.0-18", true))))
        .containsExactly("read", "old", "ptrace", "arch_prctl", "clone3");
    assertThat(names(profile.resolve(List.of("CAP_SYS_ADMIN"), host("x86_64", "6.1.0-18", true))))
        .containsExactly("read", "old", "ptrace", "arch_prctl", "mount");
    assertThat(
            names(SeccompProfile.parse(PROFILE).resolve(List.of(), host("aarch64", "4.7.0", true))))
        .containsExactly("read", "old", "clone3");
  }

  private static HostFacts host(String architecture, String kernel, boolean x32) {
    return new HostFacts(
        architecture, kernel, 1, Set.of(), 0, Map.of(), true, false, false, x32, true);
  }

  @Test
  void an_abi_that_the_kernel_does_not_have_needs_no_filter() {
    String profile =
        """
        {"defaultAction":"SCMP_ACT_ERRNO","archMap":[{"architecture":"SCMP_ARCH_X86_64",
         "subArchitectures":["SCMP_ARCH_X86","SCMP_ARCH_X32"]}]}""";
    assertThat(architectures(profile, host("x86_64", "6.1", true)))
        .containsExactly("SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32");
    assertThat(architectures(profile, host("x86_64", "6.1", false)))
        .containsExactly("SCMP_ARCH_X86_64", "SCMP_ARCH_X86");
  }

  private static List<String> architectures(String profile, HostFacts host) {
    return SeccompProfile.parse(profile)
        .resolve(List.of(), host)
        .path("architectures")
        .valueStream()
        .map(JsonNode::asText)
        .toList();
  }

  @Test
  void only_members_of_the_oci_format_remain() {
    ObjectNode resolved =
        SeccompProfile.parse(PROFILE).resolve(List.of(), host("x86_64", "6.1", true));
    assertThat(resolved.path("architectures").valueStream().map(JsonNode::asText))
        .containsExactly("SCMP_ARCH_X86_64", "SCMP_ARCH_X86");
    assertThat(resolved.path("defaultErrnoRet").asInt()).isEqualTo(1);
    assertThat(resolved.toString()).doesNotContain("comment", "includes", "excludes", "archMap");
    assertThat(resolved.at("/syscalls/4/errnoRet").asInt()).isEqualTo(38);
  }

  @Test
  void what_is_no_profile_is_refused() {
    assertThatThrownBy(() -> SeccompProfile.parse("notjson"))
        .hasMessageStartingWith("Decoding seccomp profile failed: ");
    assertThatThrownBy(() -> SeccompProfile.parse("[]"))
        .hasMessageStartingWith("Decoding seccomp profile failed: ");
  }
}
