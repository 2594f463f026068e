package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the first process of a container finds: user, environment, directory, limits, rights. */
@EndToEnd
class ProcessSettingsIT {
  /** What Docker grants by default: CHOWN to SETFCAP, fourteen capabilities. */
  private static final String DEFAULT_CAPABILITIES = "00000000a80425fb";

  private final DaemonUnderTest daemon;
  private final DockerCli docker;

  ProcessSettingsIT(DaemonUnderTest daemon) {
    this.daemon = daemon;
    this.docker = daemon.docker();
  }

  /** Runs a shell line in a container with the given flags and returns its output. */
  private String sh(String flags, String script) {
    String[] words = flags.isEmpty() ? new String[0] : flags.split(" ");
    String[] line = new String[words.length + 6];
    line[0] = "run";
    line[1] = "--rm";
    System.arraycopy(words, 0, line, 2, words.length);
    line[words.length + 2] = TestImages.BUSYBOX;
    line[words.length + 3] = "sh";
    line[words.length + 4] = "-c";
    line[words.length + 5] = script;
    return docker.ok(line);
  }

  @Test
  void environment_comes_from_image_and_flags_and_has_the_hostname() {
    String environment = sh("-e A=1 -e PATH=/bin:/x -h boat", "env | sort");
    assertThat(environment).contains("A=1", "PATH=/bin:/x", "HOSTNAME=boat", "HOME=/root");
  }

  @Test
  void a_terminal_brings_its_variable() {
    assertThat(docker.ok("run", "--rm", "-t", TestImages.BUSYBOX, "env")).contains("TERM=xterm");
  }

  @ParameterizedTest
  @CsvSource({
    "'', 0:0:0",
    "-u user, 1000:1000:1000 50",
    "-u 1000, 1000:1000:1000 50",
    "-u user:staff, 1000:50:50",
    "-u 7:8, 7:8:8",
    "-u 7, 7:0:0",
    "-u 7:8 --group-add 9, 7:8:8 9",
    "-u user --group-add staff, 1000:1000:1000 50",
  })
  void the_user_is_looked_up_in_the_image(String flags, String ids) {
    String shown = sh(flags, "echo $(id -u):$(id -g):$(id -G)");
    assertThat(shown).isEqualTo(ids);
  }

  @Test
  void a_group_the_image_does_not_have_is_named() {
    assertThat(docker.refused("run", "--rm", "-u", "0:crew", TestImages.BUSYBOX, "true"))
        .contains("unable to find group crew: no matching entries in group file");
    assertThat(docker.refused("run", "--rm", "--group-add", "crew", TestImages.BUSYBOX, "true"))
        .contains("Unable to find group crew: no matching entries in group file");
  }

  @Test
  void an_init_is_the_first_process_and_reaps_and_passes_signals_on() {
    docker.ok(
        "run",
        "-d",
        "--init",
        "--name",
        "boat",
        TestImages.BUSYBOX,
        "sh",
        "-c",
        "trap 'exit 5' TERM; while :; do sleep 0.1; done");
    assertThat(docker.ok("exec", "boat", "cat", "/proc/1/comm")).isEqualTo("docker-init");
    docker.ok("exec", "boat", "sh", "-c", "(sleep 0.01 &)");
    await().until(() -> docker.ok("exec", "boat", "ps", "-o", "comm,stat"), s -> !s.contains(" Z"));
    docker.ok("stop", "boat");
    assertThat(docker.ok("inspect", "-f", "{{.State.ExitCode}} {{.HostConfig.Init}}", "boat"))
        .isEqualTo("5 true");
  }

  @Test
  void a_user_the_image_does_not_have_is_named() {
    assertThat(docker.refused("run", "--rm", "-u", "nobody1", TestImages.BUSYBOX, "true"))
        .contains("nobody1");
  }

  @Test
  void the_working_directory_is_made_where_it_is_missing() {
    assertThat(sh("-w /a/b", "pwd")).isEqualTo("/a/b");
  }

  @Test
  void entrypoint_and_command_follow_each_other() {
    assertThat(docker.ok("run", "--rm", "--entrypoint", "echo", TestImages.BUSYBOX, "a", "b"))
        .isEqualTo("a b");
  }

  @Test
  void the_first_process_is_number_one_and_alone() {
    assertThat(sh("", "echo $$; ls -d /proc/[0-9]* | wc -l")).startsWith("1\n");
  }

  @Test
  void the_hostname_is_the_short_id_unless_given_and_is_in_the_hosts_file() {
    String id =
        docker.ok(
            "create", TestImages.BUSYBOX, "sh", "-c", "hostname; grep $(hostname) /etc/hosts");
    String shown = docker.ok("start", "-a", id);
    assertThat(shown).startsWith(id.substring(0, 12) + "\n").contains("\t" + id.substring(0, 12));
    assertThat(
            sh(
                "-h boat --domainname sea",
                "hostname; cat /proc/sys/kernel/domainname; cat /etc/hosts"))
        .startsWith("boat\nsea\n")
        .contains("boat.sea boat");
  }

  @ParameterizedTest
  @CsvSource({
    "'', " + DEFAULT_CAPABILITIES,
    "--cap-drop ALL, 0000000000000000",
    "--cap-drop ALL --cap-add CHOWN, 0000000000000001",
    "--cap-add SYS_ADMIN, 00000000a82425fb",
    "--cap-drop CAP_NET_RAW, 00000000a80405fb",
  })
  void capabilities_are_dockers_defaults_and_what_flags_make_of_them(String flags, String mask) {
    assertThat(sh(flags, "grep -E 'Cap(Prm|Eff|Bnd)' /proc/self/status"))
        .isEqualTo("CapPrm:\t" + mask + "\nCapEff:\t" + mask + "\nCapBnd:\t" + mask);
  }

  @Test
  void a_user_other_than_root_has_no_capabilities_but_could_regain_the_bounding_set() {
    assertThat(sh("-u 1000", "grep -E 'Cap(Eff|Bnd|Amb)' /proc/self/status"))
        .isEqualTo(
            "CapEff:\t0000000000000000\nCapBnd:\t"
                + DEFAULT_CAPABILITIES
                + "\nCapAmb:\t0000000000000000");
  }

  @Test
  void seccomp_is_on_unless_switched_off() {
    assertThat(sh("", "grep Seccomp: /proc/self/status")).isEqualTo("Seccomp:\t2");
    assertThat(sh("--security-opt seccomp=unconfined", "grep Seccomp: /proc/self/status"))
        .isEqualTo("Seccomp:\t0");
  }

  @Test
  void the_kernels_crypto_and_the_hypervisor_are_no_sockets_away() {
    assumeTrue(PeerDaemon.ofEnvironment() == null, "older engines leave them open");
    String script =
        """
        use Errno;
        for my $f (1, 2, 16, 38, 40) {
          my $open = socket(my $s, $f, 2, 0);
          die "$f: $!" if $f < 38 ? !$open : $open || !$!{EPERM};
          print "$f ";
        }
        """;
    assertThat(
            docker.ok(
                "run",
                "--rm",
                "-v",
                "/usr:/usr:ro",
                "-v",
                "/lib:/lib:ro",
                "-v",
                "/lib64:/lib64:ro",
                TestImages.BUSYBOX,
                "/usr/bin/perl",
                "-e",
                script))
        .isEqualTo("1 2 16 38 40 ");
  }

  @Test
  void no_new_privileges_can_be_asked_for() {
    assertThat(sh("", "grep NoNewPrivs /proc/self/status")).isEqualTo("NoNewPrivs:\t0");
    assertThat(sh("--security-opt no-new-privileges", "grep NoNewPrivs /proc/self/status"))
        .isEqualTo("NoNewPrivs:\t1");
  }

  @Test
  void the_kernel_is_out_of_reach() {
    assertThat(sh("", "mount -t tmpfs x /tmp 2>&1; unshare -m true 2>&1; hostname x 2>&1; true"))
        .contains("mount: ")
        .contains("unshare")
        .contains("hostname: ");
    assertThat(sh("", "cat /proc/kcore /proc/timer_list /proc/keys 2>/dev/null | wc -c"))
        .isEqualTo("0");
    assertThat(sh("", "ls /sys/firmware /proc/scsi | grep -v : | grep -v '^$' | wc -l"))
        .isEqualTo("0");
    assertThat(
            docker
                .run(
                    "run",
                    "--rm",
                    TestImages.BUSYBOX,
                    "sh",
                    "-c",
                    "echo 1 > /proc/sys/kernel/panic")
                .exitCode())
        .isNotZero();
    assertThat(sh("", "grep -E ' /(sys|proc/sys) ' /proc/mounts | grep -vc ' ro,'; true"))
        .isEqualTo("0");
  }

  @Test
  void privileged_takes_the_fences_down() {
    assertThat(
            sh(
                "--privileged",
                "mount -t tmpfs x /tmp && grep -E 'CapEff|Seccomp:' /proc/self/status"))
        .contains("Seccomp:\t0")
        .doesNotContain(DEFAULT_CAPABILITIES);
    assertThat(sh("--privileged", "ls /dev | wc -l"))
        .satisfies(n -> assertThat(Integer.parseInt(n)).isGreaterThan(30));
  }

  @Test
  void a_read_only_root_is() {
    CliResult result = docker.run("run", "--rm", "--read-only", TestImages.BUSYBOX, "touch", "/x");
    assertThat(result.exitCode()).isNotZero();
    assertThat(result.stderr()).contains("Read-only file system");
  }

  @Test
  void the_devices_are_the_few_every_container_has() {
    assertThat(sh("", "ls /dev | grep -v core"))
        .isEqualTo(
            "fd\nfull\nmqueue\nnull\nptmx\npts\nrandom\nshm\nstderr\nstdin\nstdout\ntty\nurandom\nzero");
  }

  @Test
  void a_device_of_the_host_can_be_given() {
    assertThat(sh("--device /dev/fuse:/dev/x:r", "stat -c '%F %t:%T' /dev/x"))
        .isEqualTo("character special file a:e5");
  }

  @Test
  void limits_are_in_the_cgroup_and_in_inspect() {
    String limits =
        sh(
            "-m 64m --cpus 0.5 --pids-limit 50",
            "cd /sys/fs/cgroup;"
                + " cat memory.max memory/memory.limit_in_bytes 2>/dev/null;"
                + " cat cpu.max cpu/cpu.cfs_quota_us 2>/dev/null;"
                + " cat pids.max pids/pids.max 2>/dev/null; true");
    assertThat(limits).matches("67108864\n50000( 100000)?\n50");
  }

  @Test
  void too_little_memory_is_refused() {
    assertThat(docker.refused("create", "-m", "1m", TestImages.BUSYBOX))
        .contains("Minimum memory limit allowed is 6MB");
  }

  @Test
  void a_process_beyond_its_memory_is_killed_and_that_is_told() {
    CliResult result =
        docker.run(
            "run",
            "--name",
            "greedy",
            "-m",
            "16m",
            "--memory-swap",
            "16m",
            TestImages.BUSYBOX,
            "sh",
            "-c",
            "x=a; while :; do x=$x$x; done");
    assertThat(result.exitCode()).isEqualTo(137);
    assertThat(docker.ok("inspect", "-f", "{{.State.OOMKilled}}", "greedy")).isEqualTo("true");
  }

  @Test
  void no_more_processes_than_allowed() {
    assertThat(
            docker
                .run(
                    "run",
                    "--rm",
                    "--pids-limit",
                    "4",
                    TestImages.BUSYBOX,
                    "sh",
                    "-c",
                    "for i in 1 2 3 4 5 6; do sleep 1 & done; wait")
                .stderr())
        .contains("can't fork");
  }

  @Test
  void ulimits_and_sysctls_are_set() {
    assertThat(
            sh(
                "--ulimit nofile=123:456 --sysctl net.ipv4.ip_unprivileged_port_start=99",
                "ulimit -n; ulimit -Hn; cat /proc/sys/net/ipv4/ip_unprivileged_port_start"))
        .isEqualTo("123\n456\n99");
  }

  @Test
  void a_limit_of_one_number_is_both() {
    assertThat(
            sh(
                "--ulimit nofile=99 --ulimit core=0 --ulimit nproc=55:66",
                "ulimit -n; ulimit -Hn; ulimit -c; ulimit -u; ulimit -Hu"))
        .isEqualTo("99\n99\n0\n55\n66");
  }

  @Test
  void sysctls_are_those_of_the_containers_namespaces() throws IOException {
    assertThat(
            sh(
                "--sysctl kernel.msgmax=9000 --sysctl fs.mqueue.msg_max=11",
                "cat /proc/sys/kernel/msgmax /proc/sys/fs/mqueue/msg_max"))
        .isEqualTo("9000\n11");
    for (String flags :
        List.of(
            "--network host --sysctl net.ipv4.ip_forward=1",
            "--ipc host --sysctl kernel.msgmax=9000",
            "--sysctl net.nosuch=1")) {
      String[] line =
          DockerCli.line(
              List.of("run", "--rm"),
              List.of(flags.split(" ")),
              List.of(TestImages.BUSYBOX, "true"));
      assertThat(docker.refused(line))
          .containsAnyOf("net.ipv4.ip_forward", "kernel.msgmax", "nosuch");
    }
    // The command line does not send it.
    Path hosts = Path.of("/proc/sys/vm/swappiness");
    String before = Files.readString(hosts);
    String asked = "{\"Image\":\"busybox\",\"HostConfig\":{\"Sysctls\":{\"vm.swappiness\":\"7\"}}}";
    RawHttp.send(daemon.socket(), "POST", "/containers/create?name=boat", asked);
    RawHttp.Answer answer = RawHttp.send(daemon.socket(), "POST", "/containers/boat/start", "");
    assertThat(answer.status()).isBetween(400, 500);
    assertThat(answer.body()).contains("vm.swappiness");
    assertThat(Files.readString(hosts)).isEqualTo(before);
  }

  @Test
  void shared_memory_has_its_size() {
    assertThat(sh("", "df -k /dev/shm | tail -1 | awk '{print $2}'")).isEqualTo("65536");
    assertThat(sh("--shm-size 1m", "df -k /dev/shm | tail -1 | awk '{print $2}'"))
        .isEqualTo("1024");
  }
}
