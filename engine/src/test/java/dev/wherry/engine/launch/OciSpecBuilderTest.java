package dev.wherry.engine.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.engine.cdi.CdiDevices;
import dev.wherry.engine.container.ContainerFixture;
import dev.wherry.engine.container.ExecSpec;
import dev.wherry.engine.container.HostConfig;
import dev.wherry.engine.container.MountPoint;
import dev.wherry.engine.container.MountSpec;
import dev.wherry.engine.container.Resources;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.launch.LaunchPlan.Namespace;
import dev.wherry.engine.linux.IdMapping;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OciSpecBuilderTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final LaunchPlan.Namespaces OWN =
      new LaunchPlan.Namespaces(
          Namespace.HOST,
          new Namespace.Joined(Path.of("/run/netns/x")),
          Namespace.OWN,
          Namespace.OWN,
          Namespace.OWN,
          Namespace.HOST);

  private final ContainerFixture fixture = new ContainerFixture();
  private final Set<String> bounding = Capabilities.fromMask("1fffeffffff");
  private LaunchPlan.Namespaces namespaces = OWN;
  private IdMapping ids = IdMapping.IDENTITY;
  private LaunchPlan.Shm shm = new LaunchPlan.Shm.Private();
  private Path init;

  private final HostDevices devices =
      new HostDevices() {
        @Override
        public List<HostDevice> at(String path) {
          if (path.equals("/dev/nosuch")) {
            throw new EngineException.InvalidParameter("no such device");
          }
          return List.of(new HostDevice(path, "c", 1, 3, 0666, 0, 0));
        }

        @Override
        public List<HostDevice> all() {
          return List.of(new HostDevice("/dev/fuse", "c", 10, 229, 0666, 0, 0));
        }
      };

  private HostFacts facts =
      new HostFacts(
          "x86_64",
          "6.1.0-18",
          1,
          bounding,
          0,
          Map.of("nofile", 20000L),
          true,
          false,
          false,
          true,
          true);

  private OciSpecBuilder builder() {
    return new OciSpecBuilder(
        facts,
        devices,
        source -> source.startsWith("/fixed") ? List.of("ro", "nosuid") : List.of(),
        SeccompProfile.parse("{\"defaultAction\":\"SCMP_ACT_ERRNO\"}"),
        new CdiDevices(List.of()));
  }

  /** As the runtime reads it. */
  private ObjectNode build() {
    ObjectNode spec =
        builder()
            .container(
                new LaunchPlan(
                    fixture.build(),
                    fixture.hostname,
                    Path.of("/rootfs"),
                    Accounts.parse("root:x:0:0::/root:/bin/sh\ndaemon:x:1:1::/:/bin/sh\n", ""),
                    namespaces,
                    ids,
                    List.of(new LaunchPlan.BindFile(Path.of("/c/hosts"), "/etc/hosts")),
                    shm,
                    init,
                    "/docker/" + ContainerFixture.ID,
                    List.of(),
                    List.of()));
    try {
      return (ObjectNode) JSON.readTree(spec.toString());
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  private static JsonNode json(String text) throws Exception {
    return JSON.readTree(text.replace('\'', '"'));
  }

  private JsonNode mount(String destination) {
    for (JsonNode mount : build().path("mounts")) {
      if (mount.path("destination").asText().equals(destination)) {
        return mount;
      }
    }
    return JSON.nullNode();
  }

  private static List<String> options(JsonNode mount) {
    return mount.path("options").valueStream().map(JsonNode::asText).toList();
  }

  @Test
  void a_plain_container_is_what_dockerd_makes_of_it() throws Exception {
    ObjectNode spec = build();
    assertThat(spec.path("process").path("args")).isEqualTo(json("['sleep','1000']"));
    assertThat(spec.path("process").path("env"))
        .isEqualTo(
            json(
                "['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin','HOSTNAME=h1']"));
    assertThat(spec.at("/process/cwd").asText()).isEqualTo("/");
    assertThat(spec.at("/process/user")).isEqualTo(json("{'uid':0,'gid':0,'additionalGids':[0]}"));
    assertThat(spec.at("/process/capabilities/effective").size()).isEqualTo(14);
    assertThat(spec.at("/process/noNewPrivileges").isMissingNode()).isTrue();
    assertThat(spec.path("hostname").asText()).isEqualTo("h1");
    assertThat(spec.at("/linux/namespaces"))
        .isEqualTo(
            json(
                "[{'type':'mount'},{'type':'network','path':'/run/netns/x'},{'type':'uts'},{'type':'pid'},{'type':'ipc'}]"));
    assertThat(spec.at("/linux/resources/devices").size()).isEqualTo(7);
    assertThat(spec.at("/linux/resources/devices/0"))
        .isEqualTo(json("{'allow':false,'access':'rwm'}"));
    assertThat(spec.at("/linux/seccomp/defaultAction").asText()).isEqualTo("SCMP_ACT_ERRNO");
    assertThat(spec.at("/linux/maskedPaths").toString()).contains("/proc/kcore", "/sys/firmware");
    assertThat(spec.at("/linux/readonlyPaths").toString()).contains("/proc/sys");
    assertThat(spec.at("/linux/sysctl/net.ipv4.ip_unprivileged_port_start").asText())
        .isEqualTo("0");
    assertThat(spec.path("mounts").valueStream().map(m -> m.path("destination").asText()))
        .containsExactly(
            "/proc",
            "/dev",
            "/dev/pts",
            "/sys",
            "/sys/fs/cgroup",
            "/dev/mqueue",
            "/dev/shm",
            "/etc/hosts");
    assertThat(options(mount("/dev/shm"))).contains("size=67108864", "mode=1777");
  }

  @Test
  void environment_of_the_container_replaces_the_defaults_in_place() throws Exception {
    fixture.tty = true;
    fixture.env = List.of("A=1", "TERM=vt100", "B=", "HOSTNAME");
    assertThat(build().at("/process/env"))
        .isEqualTo(
            json(
                "['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin','TERM=vt100','A=1','B=']"));
  }

  @Test
  void a_terminal_has_the_size_the_client_gave() throws Exception {
    fixture.tty = true;
    fixture.consoleSize = new HostConfig.ConsoleSize(42, 122);
    assertThat(build().at("/process/consoleSize")).isEqualTo(json("{'height':42,'width':122}"));
    assertThat(build().at("/process/terminal").asBoolean()).isTrue();
  }

  @Test
  void only_root_holds_capabilities() {
    fixture.user = "daemon";
    assertThat(build().at("/process/capabilities/effective").isMissingNode()).isTrue();
    assertThat(build().at("/process/capabilities/bounding").size()).isEqualTo(14);
  }

  @Test
  void capabilities_are_added_and_dropped() {
    fixture.capAdd = List.of("NET_ADMIN", "cap_sys_time");
    fixture.capDrop = List.of("mknod");
    assertThat(build().at("/process/capabilities/bounding").toString())
        .contains("CAP_NET_ADMIN", "CAP_SYS_TIME")
        .doesNotContain("CAP_MKNOD");
    fixture.capDrop = List.of("ALL");
    fixture.capAdd = List.of("chown");
    assertThat(build().at("/process/capabilities/bounding").toString())
        .isEqualTo("[\"CAP_CHOWN\"]");
  }

  @Test
  void all_capabilities_are_those_we_have() {
    fixture.capAdd = List.of("ALL");
    assertThat(build().at("/process/capabilities/bounding").toString())
        .contains("CAP_SYS_ADMIN")
        .doesNotContain("CAP_SYS_RESOURCE");
  }

  @Test
  void an_unknown_capability_is_refused() {
    fixture.capAdd = List.of("NOSUCH");
    assertThatThrownBy(() -> builder().check(fixture.build()))
        .isInstanceOf(EngineException.InvalidParameter.class)
        .hasMessage("invalid CapAdd: unknown capability: \"CAP_NOSUCH\"");
  }

  @Test
  void a_privileged_container_is_not_confined() throws Exception {
    fixture.privileged = true;
    ObjectNode spec = build();
    assertThat(spec.at("/linux/seccomp").isMissingNode()).isTrue();
    assertThat(spec.at("/linux/maskedPaths").size()).isZero();
    assertThat(spec.at("/linux/readonlyPaths").size()).isZero();
    assertThat(spec.at("/linux/resources/devices"))
        .isEqualTo(json("[{'allow':true,'access':'rwm'}]"));
    assertThat(spec.at("/linux/devices/0/path").asText()).isEqualTo("/dev/fuse");
    assertThat(options(mount("/sys"))).contains("rw").doesNotContain("ro");
    assertThat(options(mount("/sys/fs/cgroup"))).contains("rw");
  }

  @Test
  void a_read_only_root_leaves_dev_and_proc_writable() {
    fixture.readonlyRootfs = true;
    assertThat(build().at("/root/readonly").asBoolean()).isTrue();
    assertThat(options(mount("/dev"))).doesNotContain("ro");
    assertThat(options(mount("/etc/hosts"))).containsExactly("rbind", "ro", "rprivate");
  }

  @Test
  void mounts_are_ordered_by_depth_and_hide_the_defaults_they_replace() {
    fixture.mounts =
        List.of(
            bind("/s", "/a/b/c", true),
            bind("/s", "/a", false),
            bind("/s", "/dev", true),
            bind("/s", "/etc/hosts", true));
    assertThat(build().path("mounts").valueStream().map(m -> m.path("destination").asText()))
        .containsExactly("/proc", "/sys", "/sys/fs/cgroup", "/a", "/dev", "/etc/hosts", "/a/b/c");
    assertThat(options(mount("/a"))).containsExactly("rbind", "ro", "rro", "rprivate");
    assertThat(mount("/etc/hosts").path("source").asText()).isEqualTo("/s");
  }

  @Test
  void tmpfs_options_override_the_defaults() {
    fixture.tmpfs = Map.of("/t1", "", "/t2", "size=64k,exec");
    assertThat(options(mount("/t1"))).containsExactly("noexec", "nosuid", "nodev", "rprivate");
    assertThat(options(mount("/t2")))
        .containsExactly("nosuid", "nodev", "rprivate", "size=64k", "exec");
    fixture.tmpfs = Map.of("/x", "foo=bar");
    assertThatThrownBy(() -> builder().check(fixture.build()))
        .hasMessage("invalid tmpfs option [\"foo\" \"bar\"]");
  }

  @Test
  void a_tmpfs_of_mounts_has_size_and_mode() {
    fixture.mountSpecs =
        List.of(
            new MountSpec(
                MountSpec.Type.TMPFS,
                "",
                "/mt",
                false,
                "",
                null,
                null,
                new MountSpec.TmpfsOptions(1 << 20, 0700, List.of()),
                null));
    fixture.mounts =
        List.of(new MountPoint(MountSpec.Type.TMPFS, "", "", "/mt", "", "", true, "", false));
    assertThat(options(mount("/mt"))).contains("mode=700", "size=1048576");
  }

  @Test
  void namespaces_of_the_host_are_left_out() throws Exception {
    namespaces =
        new LaunchPlan.Namespaces(
            Namespace.HOST,
            Namespace.HOST,
            Namespace.HOST,
            Namespace.HOST,
            Namespace.HOST,
            Namespace.OWN);
    shm = new LaunchPlan.Shm.Bound(Path.of("/dev/shm"));
    ObjectNode spec = build();
    assertThat(spec.at("/linux/namespaces"))
        .isEqualTo(json("[{'type':'mount'},{'type':'cgroup'}]"));
    assertThat(spec.has("hostname")).isFalse();
    assertThat(spec.at("/linux/sysctl").isMissingNode()).isTrue();
    assertThat(mount("/dev/shm").path("type").asText()).isEqualTo("bind");
  }

  @Test
  void no_shared_memory_with_ipc_none() {
    shm = new LaunchPlan.Shm.None();
    assertThat(mount("/dev/shm").isNull()).isTrue();
  }

  @Test
  void an_init_runs_the_command() throws Exception {
    init = Path.of("/usr/bin/tini");
    assertThat(build().at("/process/args"))
        .isEqualTo(json("['/sbin/docker-init','--','sleep','1000']"));
    assertThat(mount("/sbin/docker-init").path("source").asText()).isEqualTo("/usr/bin/tini");
  }

  @Test
  void limits_are_the_runtimes_terms() throws Exception {
    fixture.resources =
        new Resources(
            512,
            64 << 20,
            500_000_000,
            "",
            300,
            List.of(),
            List.of(new Resources.ThrottleDevice("/dev/vda", 1 << 20)),
            List.of(),
            List.of(),
            List.of(),
            0,
            0,
            0,
            0,
            "0",
            "",
            List.of(new Resources.Device("/dev/null", "/dev/mynull", "rw")),
            List.of("c 42:* rmw"),
            32 << 20,
            128 << 20,
            10L,
            true,
            100,
            100L,
            List.of(new Resources.Ulimit("nofile", 512, 1024)),
            null);
    JsonNode resources = build().at("/linux/resources");
    assertThat(resources.path("memory"))
        .isEqualTo(
            json(
                "{'limit':67108864,'reservation':33554432,'swap':134217728,'swappiness':10,'disableOOMKiller':true}"));
    assertThat(resources.path("cpu"))
        .isEqualTo(json("{'shares':512,'quota':50000,'period':100000,'cpus':'0'}"));
    assertThat(resources.path("pids")).isEqualTo(json("{'limit':100}"));
    assertThat(resources.path("blockIO"))
        .isEqualTo(
            json("{'weight':300,'throttleReadBpsDevice':[{'major':1,'minor':3,'rate':1048576}]}"));
    assertThat(resources.path("devices").toString()).contains("\"major\":42,\"access\":\"rmw\"");
    assertThat(build().at("/linux/devices/0/path").asText()).isEqualTo("/dev/mynull");
    assertThat(build().at("/process/rlimits"))
        .isEqualTo(json("[{'type':'RLIMIT_NOFILE','hard':1024,'soft':512}]"));
    assertThat(build().at("/process/oomScoreAdj").asInt()).isEqualTo(100);
  }

  @Test
  void what_needs_a_capability_we_lack_is_told_clearly() {
    fixture.resources = ulimit(99_999);
    assertThatThrownBy(this::build).hasMessageContaining("nofile").hasMessageContaining("20000");
    facts =
        new HostFacts("x86_64", "6.1", 1, Set.of(), 300, Map.of(), true, false, false, true, true);
    fixture.resources = ContainerFixture.resources();
    assertThat(build().at("/process/oomScoreAdj").asInt()).isEqualTo(300);
  }

  @Test
  void options_this_host_cannot_honour_are_refused() {
    fixture.securityOpt = List.of("apparmor=foo");
    assertThatThrownBy(() -> builder().check(fixture.build())).hasMessageContaining("AppArmor");
    fixture.securityOpt = List.of("apparmor=unconfined", "label=disable", "no-new-privileges");
    builder().check(fixture.build());
    assertThat(build().at("/process/noNewPrivileges").asBoolean()).isTrue();
    fixture.securityOpt = List.of("foo");
    assertThatThrownBy(() -> builder().check(fixture.build()))
        .hasMessage("invalid --security-opt 1: \"foo\"");
  }

  @Test
  void an_exec_inherits_the_containers_environment_and_directory() throws Exception {
    fixture.env = List.of("A=1", "B=2");
    fixture.workingDir = "/srv";
    ExecSpec exec =
        new ExecSpec(
            List.of("id"),
            List.of("B=3"),
            "daemon",
            "",
            false,
            false,
            false,
            true,
            true,
            null,
            null);
    ObjectNode process =
        builder()
            .exec(fixture.build(), "h1", exec, Accounts.parse("daemon:x:1:1::/:/bin/sh\n", ""));
    assertThat(process.path("cwd").asText()).isEqualTo("/srv");
    assertThat(process.path("env").toString()).contains("\"A=1\"", "\"B=3\"");
    assertThat(process.at("/user/uid").asInt()).isEqualTo(1);
  }

  private static Resources ulimit(long hard) {
    Resources none = ContainerFixture.resources();
    return new Resources(
        0,
        0,
        0,
        "",
        0,
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        0,
        0,
        0,
        0,
        "",
        "",
        none.devices(),
        List.of(),
        0,
        0,
        null,
        false,
        0,
        null,
        List.of(new Resources.Ulimit("nofile", hard, hard)),
        null);
  }

  @Test
  void what_the_hosts_mount_does_not_allow_a_bind_of_it_does_not_either() {
    fixture.mounts = List.of(bind("/fixed/x", "/a", true), bind("/fixed/y", "/b", false));
    assertThat(options(mount("/a"))).containsExactly("rbind", "ro", "nosuid", "rprivate");
    assertThat(options(mount("/b"))).containsExactly("rbind", "ro", "rro", "nosuid", "rprivate");
    shm = new LaunchPlan.Shm.Bound(Path.of("/fixed/shm"));
    assertThat(options(mount("/dev/shm"))).containsExactly("rbind", "rprivate", "ro", "nosuid");
  }

  private static MountPoint bind(String source, String target, boolean writable) {
    return new MountPoint(
        MountSpec.Type.BIND, "", source, target, "", "", writable, "rprivate", false);
  }

  @Test
  void a_container_of_a_user_namespace_joins_it_and_says_who_is_who() throws Exception {
    namespaces =
        new LaunchPlan.Namespaces(
            new Namespace.Joined(Path.of("/run/netns/x.user")),
            new Namespace.Joined(Path.of("/run/netns/x")),
            Namespace.OWN,
            Namespace.OWN,
            Namespace.OWN,
            Namespace.HOST);
    ids =
        new IdMapping(
            List.of(new IdMapping.Range(0, 300000, 2000), new IdMapping.Range(2000, 200000, 500)),
            List.of(new IdMapping.Range(0, 500000, 65536)));

    JsonNode linux = build().path("linux");

    assertThat(linux.path("namespaces"))
        .contains(
            json("{'type':'user','path':'/run/netns/x.user'}"),
            json("{'type':'network','path':'/run/netns/x'}"));
    assertThat(linux.path("uidMappings"))
        .containsExactly(
            json("{'containerID':0,'hostID':300000,'size':2000}"),
            json("{'containerID':2000,'hostID':200000,'size':500}"));
    assertThat(linux.path("gidMappings"))
        .containsExactly(json("{'containerID':0,'hostID':500000,'size':65536}"));
    assertThat(linux.path("sysctl").has("net.ipv4.ping_group_range")).isFalse();
  }

  @Test
  void a_container_of_the_hosts_user_namespace_says_nothing_of_ids() {
    ids =
        new IdMapping(
            List.of(new IdMapping.Range(0, 100000, 65536)),
            List.of(new IdMapping.Range(0, 100000, 65536)));

    JsonNode linux = build().path("linux");

    assertThat(linux.has("uidMappings")).isFalse();
    assertThat(linux.path("namespaces").findValuesAsText("type")).doesNotContain("user");
  }
}
