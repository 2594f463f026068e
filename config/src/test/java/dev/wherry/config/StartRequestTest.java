package dev.wherry.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StartRequestTest {
  @TempDir Path dir;

  /** With an empty file of its own, so that the machine's default file has no say. */
  private DaemonConfig flags(String... args) throws Exception {
    return file("{}", args);
  }

  private DaemonConfig file(String json, String... args) throws Exception {
    Path file = Files.writeString(dir.resolve("daemon.json"), json);
    var all = new ArrayList<>(List.of("--config-file", file.toString()));
    all.addAll(List.of(args));
    return serve(all.toArray(String[]::new));
  }

  private static DaemonConfig serve(String... args) throws ConfigException {
    return ((StartRequest.Serve) StartRequest.of(Map.of(), args)).config();
  }

  private static String printed(String... args) throws ConfigException {
    return ((StartRequest.Print) StartRequest.of(args)).text();
  }

  @Test
  void nothing_said_gives_the_defaults() throws Exception {
    DaemonConfig config = file("{}");

    assertThat(config.listen()).map(Object::toString).containsExactly("unix:///run/wherry.sock");
    assertThat(config.directories().dataRoot()).isEqualTo(Path.of("/var/lib/wherry"));
    assertThat(config.directories().execRoot()).isEqualTo(Path.of("/run/wherry"));
    assertThat(config.directories().pidFile()).isEqualTo(Path.of("/run/wherry.pid"));
    assertThat(config.logLevel()).isEqualTo(LogLevel.INFO);
    assertThat(config.socketGroup()).isEqualTo("docker");
    assertThat(config.network().bridge()).isEqualTo(new DefaultBridge.Managed(Optional.empty()));
    assertThat(config.containers().shmSize()).isEqualTo(64 * 1024 * 1024);
    assertThat(config.containers().log().driver()).isEqualTo("json-file");
  }

  @Test
  void flags_are_read_in_every_spelling_dockerd_takes() throws Exception {
    DaemonConfig config =
        flags(
            "-H",
            "unix:///tmp/a.sock",
            "--host=tcp://127.0.0.1:2375",
            "-D",
            "--data-root",
            "/d",
            "--exec-root=/e",
            "-p",
            "/p",
            "-G",
            "staff",
            "--label",
            "a=1",
            "--label=b=2",
            "--dns",
            "1.1.1.1",
            "--dns-search",
            "example.org",
            "--dns-opt",
            "ndots:2",
            "--add-runtime",
            "mine=/opt/mine",
            "--default-runtime",
            "mine",
            "--bip",
            "10.9.0.1/24",
            "--default-shm-size",
            "128m",
            "--log-opt",
            "max-size=10m",
            "--log-opt",
            "max-file=3",
            "--cgroup-parent",
            "/pods",
            "--userns-remap",
            "default",
            "--userland-proxy=false",
            "-l",
            "warn");

    assertThat(config.listen())
        .map(Object::toString)
        .containsExactly("unix:///tmp/a.sock", "tcp://127.0.0.1:2375");
    assertThat(config.logLevel()).isEqualTo(LogLevel.DEBUG);
    assertThat(config.directories())
        .isEqualTo(new DaemonConfig.Directories(Path.of("/d"), Path.of("/e"), Path.of("/p")));
    assertThat(config.socketGroup()).isEqualTo("staff");
    assertThat(config.labels()).containsExactly("a=1", "b=2");
    assertThat(config.network().dns()).map(Object::toString).containsExactly("/1.1.1.1");
    assertThat(config.network().dnsSearch()).containsExactly("example.org");
    assertThat(config.network().dnsOptions()).containsExactly("ndots:2");
    assertThat(config.network().bridge().toString()).contains("10.9.0.1/24");
    assertThat(config.containers().runtimes())
        .containsEntry("mine", new DaemonConfig.OciProgram(Path.of("/opt/mine"), List.of()));
    assertThat(config.containers().defaultRuntime()).contains("mine");
    assertThat(config.containers().shmSize()).isEqualTo(128 * 1024 * 1024);
    assertThat(config.containers().log().options())
        .containsEntry("max-size", "10m")
        .containsEntry("max-file", "3");
    assertThat(config.containers().cgroupParent()).contains("/pods");
    assertThat(config.containers().usernsRemap()).contains("default");
  }

  @Test
  void daemon_json_is_read_in_dockerds_keys() throws Exception {
    DaemonConfig config =
        file(
            """
            {"hosts": ["tcp://[::1]:4000"], "data-root": "/d", "debug": true, "bridge": "none",
             "runtimes": {"mine": {"path": "/opt/mine", "runtimeArgs": ["--debug"]}},
             "default-shm-size": 1024, "log-driver": "json-file", "log-opts": {"max-size": "1m"},
             "live-restore": true, "iptables": true, "max-concurrent-downloads": 3,
             "userland-proxy": true, "exec-opts": ["native.cgroupdriver=cgroupfs"], "dns": null}
            """);

    assertThat(config.listen())
        .map(Object::toString)
        .containsExactly("tcp://[0:0:0:0:0:0:0:1]:4000");
    assertThat(config.network().bridge()).isEqualTo(new DefaultBridge.Disabled());
    assertThat(config.containers().runtimes())
        .containsEntry(
            "mine", new DaemonConfig.OciProgram(Path.of("/opt/mine"), List.of("--debug")));
    assertThat(config.containers().shmSize()).isEqualTo(1024);
  }

  @Test
  void address_pools_and_where_ports_are_published_are_read_from_file_and_flags() throws Exception {
    DaemonConfig config =
        file(
            """
            {"ip": "127.0.0.1",
             "default-address-pools": [{"base": "10.10.0.0/16", "size": 24},
                                       {"base": "fd00:1::/48", "size": 64}],
             "default-network-opts": {"bridge": {"com.docker.network.driver.mtu": "1400"}}}
            """);
    assertThat(config.network().published().getHostAddress()).isEqualTo("127.0.0.1");
    assertThat(config.network().addressPools())
        .extracting(DaemonConfig.AddressPool::size)
        .containsExactly(24, 64);
    assertThat(config.network().bridgeOptions())
        .containsEntry("com.docker.network.driver.mtu", "1400");

    DaemonConfig same =
        flags(
            "--ip=127.0.0.1",
            "--default-address-pool=base=10.10.0.0/16,size=24",
            "--default-address-pool=base=fd00:1::/48,size=64",
            "--default-network-opt=bridge=com.docker.network.driver.mtu=1400");
    assertThat(same.network()).isEqualTo(config.network());
  }

  @Test
  void a_directive_nobody_knows_is_named() {
    assertThatThrownBy(() -> file("{\"foo\": 1, \"debug\": true, \"bar\": {\"x\": 1}}"))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "unable to configure the Wherry daemon with file %s: the following directives don't"
                + " match any configuration option: foo, bar",
            dir.resolve("daemon.json"));
  }

  @Test
  void a_directive_given_twice_is_a_conflict_that_shows_both_values() {
    assertThatThrownBy(
            () ->
                file(
                    "{\"debug\": true, \"labels\": [\"a=b\"], \"log-opts\": {\"max-file\": \"2\"}}",
                    "-D=false",
                    "--label",
                    "x=y",
                    "--log-opt",
                    "max-file=3"))
        .hasMessageEndingWith(
            "the following directives are specified both as a flag and in the configuration file:"
                + " debug: (from flag: false, from file: true), labels: (from flag: [x=y], from"
                + " file: [a=b]), log-opts: (from flag: map[max-file:3], from file:"
                + " map[max-file:2])");
  }

  @Test
  void runtimes_of_flags_and_file_add_up() throws Exception {
    DaemonConfig config =
        file("{\"runtimes\": {\"a\": {\"path\": \"/a\"}}}", "--add-runtime", "b=/b");

    assertThat(config.containers().runtimes()).containsOnlyKeys("a", "b");
  }

  @Test
  void registries_and_mirrors_are_read_and_checked() throws Exception {
    DaemonConfig.Registries registries =
        file("{\"insecure-registries\": [\"reg:5000\", \"10.0.0.0/8\"],"
                + "\"registry-mirrors\": [\"https://mirror.example\"],"
                + "\"max-concurrent-downloads\": 6, \"max-concurrent-uploads\": 7}")
            .registries();
    assertThat(registries)
        .isEqualTo(
            new DaemonConfig.Registries(
                List.of("reg:5000", "10.0.0.0/8"),
                List.of("https://mirror.example/"),
                6,
                7,
                5,
                DaemonConfig.Proxies.NONE));
    assertThatThrownBy(() -> file("{}", "--registry-mirror", "ftp://x"))
        .hasMessageContaining("invalid mirror: unsupported scheme \"ftp\" in \"ftp://x\"");
    assertThatThrownBy(() -> file("{}", "--registry-mirror", "https://u:p@x"))
        .hasMessageContaining("invalid mirror: username/password not allowed in URI");
    assertThatThrownBy(() -> file("{}", "--registry-mirror", "https://x/v1"))
        .hasMessageContaining("invalid mirror: path, query, or fragment at end of the URI");
    assertThatThrownBy(() -> file("{}", "--insecure-registry", "http://x"))
        .hasMessageContaining("insecure registry http://x should not contain '://'");
    assertThatThrownBy(() -> file("{}", "--insecure-registry", "10.0.0.0/99"))
        .hasMessageContaining("insecure registry 10.0.0.0/99 is not valid");
    assertThatThrownBy(() -> file("{}", "--max-concurrent-downloads=-1"))
        .hasMessageContaining("invalid max concurrent downloads: -1");
  }

  @Test
  void directives_that_ask_for_what_the_engine_does_not_do_are_all_named() {
    assertThatThrownBy(
            () ->
                file(
                    "{\"iptables\": false, \"metrics-addr\": \":9323\", \"ipv6\": false}",
                    "--init"))
        .hasMessageContaining("not supported by Wherry")
        .hasMessageContaining("iptables: false")
        .hasMessageContaining("metrics-addr: :9323")
        .hasMessageContaining("init: true")
        .hasMessageNotContaining("ipv6");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{                          | invalid JSON",
        "[]                         | an object is expected",
        "''                         | an object is expected",
        "{\"debug\": \"yes\"}       | cannot read string into directive debug of type bool",
        "{\"mtu\": \"x\"}           | cannot read string into directive mtu of type int",
        "{\"hosts\": \"unix://\"}   | directive hosts of type list of strings",
        "{\"hosts\": [1]}           | directive hosts of type list of strings",
        "{\"log-opts\": {\"a\": 1}} | directive log-opts of type object of strings",
        "{\"debug\": true} {}       | invalid JSON",
      })
  void a_malformed_file_is_refused_by_name(String json, String message) {
    assertThatThrownBy(() -> file(json))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("daemon.json")
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--label=a                   | bad attribute format: a",
        "--label=com.docker.x=b      | label com.docker.x=b is not allowed",
        "--log-level=x               | unable to parse logging level: x",
        "--bip=10.0.0.1              | bip: invalid CIDR address: 10.0.0.1",
        "--bip=10.0.0.0/24           | bip: 10.0.0.0/24 is not a host address",
        "--bip=10.0.0.255/24         | bip: 10.0.0.255/24 is not a host address",
        "--bip=10.0.0.1/32           | bip: 10.0.0.1/32 is not a host address",
        "--bip=fd00::1/64            | bip: invalid CIDR address: fd00::1/64",
        "--dns=x                     | x is not an ip address",
        "--ip=x                      | x is not an ip address",
        "--ip=::1                    | ip: ::1 is no IPv4 address",
        "--default-address-pool=x    | invalid field x",
        "--default-address-pool=base=10.0.0.0/16,size=8| invalid pool base=10.0.0.0/16,size=8",
        "--default-address-pool=base=10.0.0.0/24,size=32| invalid pool",
        "--default-network-opt=macvlan=a=b| bridge=KEY=VALUE is expected",
        "--mtu=x                     | invalid argument \"x\" for \"--mtu\" flag",
        "--log-opt=max-file          | name=value expected",
        "--default-shm-size=99999999P| too large",
        "--add-runtime=x=            | runtimes: x: a path is expected",
        "--foo                       | unknown flag: --foo",
        "-x                          | unknown shorthand flag: 'x' in -x",
        "-Dx                         | unknown shorthand flag: 'x' in -Dx",
        "--debug=maybe               | invalid argument \"maybe\" for \"--debug\" flag",
        "--data-root                 | flag needs an argument: --data-root",
        "-H                          | flag needs an argument: -H",
        "foo                         | accepts no arguments: foo",
        "--config-file=/nowhere/d    | open /nowhere/d: no such file or directory",
      })
  void a_wrong_flag_is_refused_by_name(String flag, String message) {
    assertThatThrownBy(() -> flags(flag))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message);
  }

  @Test
  void switches_may_share_a_dash_and_be_switched_off_again() throws Exception {
    assertThat(flags("-Dp", "/p").logLevel()).isEqualTo(LogLevel.DEBUG);
    assertThat(flags("-Dp/p").directories().pidFile()).isEqualTo(Path.of("/p"));
    assertThat(flags("-D", "--debug=false").logLevel()).isEqualTo(LogLevel.INFO);
    assertThat(flags("-p=/q").directories().pidFile()).isEqualTo(Path.of("/q"));
    assertThat(flags("-p", "/a", "--pidfile=/b").directories().pidFile()).isEqualTo(Path.of("/b"));
  }

  @Test
  void an_argument_after_the_end_of_the_flags_is_refused() {
    assertThatThrownBy(() -> flags("--", "-D")).hasMessageContaining("accepts no arguments: -D");
  }

  @Test
  void labels_that_contradict_each_other_are_refused() {
    assertThatThrownBy(() -> flags("--label", "a=b", "--label", "a=c"))
        .hasMessage("conflict labels for a=c and a=b");
  }

  @Test
  void a_bridge_and_an_address_for_another_exclude_each_other() {
    assertThatThrownBy(() -> flags("-b", "br0", "--bip", "10.0.0.1/24"))
        .hasMessageContaining("mutually exclusive");
  }

  @Test
  void the_default_network_is_as_the_administrator_says() throws Exception {
    BridgeSettings usual = file("{}").network().bridgeSettings();
    assertThat(usual.icc()).isTrue();
    assertThat(usual.masquerade()).isTrue();
    assertThat(usual.ipv6()).isEmpty();
    BridgeSettings settings =
        file(
                "{\"icc\": false, \"ip-masq\": false, \"mtu\": 1400, \"ipv6\": true,"
                    + " \"fixed-cidr\": \"10.1.0.0/25\", \"default-gateway\": \"10.1.0.9\"}",
                "--bip6",
                "fd00::5/64",
                "--fixed-cidr-v6",
                "fd00::/80",
                "--default-gateway-v6",
                "fd00::9")
            .network()
            .bridgeSettings();
    assertThat(settings.icc()).isFalse();
    assertThat(settings.masquerade()).isFalse();
    assertThat(settings.mtu()).isEqualTo(1400);
    assertThat(settings.ipv4().range().orElseThrow().prefixLength()).isEqualTo(25);
    assertThat(settings.ipv4().gateway()).contains(InetAddress.ofLiteral("10.1.0.9"));
    BridgeSettings.Family six = settings.ipv6().orElseThrow();
    assertThat(six.address().orElseThrow().address()).isEqualTo(InetAddress.ofLiteral("fd00::5"));
    assertThat(six.range().orElseThrow().prefixLength()).isEqualTo(80);
    assertThat(six.gateway()).contains(InetAddress.ofLiteral("fd00::9"));
    for (String wrong : List.of("fixed-cidr=fd00::/64", "fixed-cidr-v6=10.0.0.0/8", "bip6=zz")) {
      assertThatThrownBy(() -> file("{}", "--" + wrong)).hasMessageContaining("invalid CIDR");
    }
    assertThatThrownBy(() -> file("{}", "--default-gateway", "fd00::1"))
        .hasMessageContaining("other family");
    assertThatThrownBy(() -> file("{}", "--mtu=-1")).hasMessage("invalid default MTU: -1");
  }

  @Test
  void runtime_settings_beyond_the_path_are_named() {
    assertThatThrownBy(
            () -> file("{\"runtimes\": {\"x\": {\"path\": \"/x\", \"runtimeType\": \"io.x.v1\"}}}"))
        .hasMessage("runtimes: x: runtimeType is not supported by Wherry");
  }

  @Test
  void validate_checks_and_says_so() throws ConfigException, IOException {
    Path good = Files.writeString(dir.resolve("good.json"), "{\"debug\": true}");
    Path bad = Files.writeString(dir.resolve("bad.json"), "{\"iptables\": false}");

    assertThat(printed("--validate", "--config-file", good.toString()))
        .isEqualTo("configuration OK");
    assertThatThrownBy(() -> printed("--validate", "--config-file", bad.toString()))
        .hasMessageContaining("iptables: false");
  }

  @Test
  void version_and_help_are_printed_whatever_else_is_said() throws ConfigException {
    assertThat(printed("--version")).matches("Wherry version \\d+\\.\\d+\\.\\d+");
    assertThat(printed("--help", "--label", "bad"))
        .contains("--host", "--data-root", "--bip")
        .doesNotContain("--iptables");
  }
}
