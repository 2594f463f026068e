package dev.wherry.config;

import static dev.wherry.config.Directive.Kind.BOOL;
import static dev.wherry.config.Directive.Kind.BYTES;
import static dev.wherry.config.Directive.Kind.INT;
import static dev.wherry.config.Directive.Kind.LIST;
import static dev.wherry.config.Directive.Kind.MAP;
import static dev.wherry.config.Directive.Kind.OBJECT;
import static dev.wherry.config.Directive.Kind.STRING;
import static dev.wherry.config.Directive.honoured;
import static dev.wherry.config.Directive.immaterial;
import static dev.wherry.config.Directive.only;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Every directive dockerd documents, from its manual page ({@code dockerd(8)}) up to version 28.
 *
 * <p>A directive that is missing here is unknown; one that is here and not honoured is refused by
 * name when its value asks for something else than the engine does, so that no setting is dropped
 * without a word.
 */
final class Directives {
  private static final String NO_PROXY =
      "published ports are the firewall's work, on loopback too; no proxy process exists";
  private static final String CONTAINERS_LIVE_ON =
      "containers live on when the daemon stops, so nothing waits for them";

  private static final List<Directive> HONOURED =
      List.of(
          honoured("hosts", "--host -H", LIST, "Where to listen: unix:///path, tcp://127.0.0.1:p"),
          honoured("data-root", "--data-root", STRING, "Directory of what survives a reboot"),
          honoured("exec-root", "--exec-root", STRING, "Directory of execution state"),
          honoured("pidfile", "--pidfile -p", STRING, "File that holds the daemon's process id"),
          honoured("group", "--group -G", STRING, "Group that may use the unix socket"),
          honoured("debug", "--debug -D", BOOL, "Log everything"),
          honoured("log-level", "--log-level -l", STRING, "debug, info, warn, error or fatal"),
          honoured("labels", "--label", LIST, "key=value label of the daemon"),
          honoured("bridge", "--bridge -b", STRING, "Existing bridge to use, or none"),
          honoured("bip", "--bip", STRING, "Address of the default bridge, as CIDR"),
          honoured("ip", "--ip", STRING, "Where the default network publishes ports"),
          honoured(
              "default-address-pools",
              "--default-address-pool",
              OBJECT,
              "base=CIDR,size=N where networks get their subnets"),
          honoured(
              "default-network-opts",
              "--default-network-opt",
              OBJECT,
              "bridge=KEY=VALUE option of new networks"),
          honoured("icc", "--icc", BOOL, "Whether the default network's containers may meet"),
          honoured("ip-masq", "--ip-masq", BOOL, "Whether the default network is masqueraded"),
          honoured("mtu", "--mtu", INT, "Largest packet of the default network"),
          honoured("fixed-cidr", "--fixed-cidr", STRING, "Where it gives IPv4 addresses from"),
          honoured("default-gateway", "--default-gateway", STRING, "Its gateway for IPv4"),
          honoured("ipv6", "--ipv6", BOOL, "Whether the default network has IPv6"),
          honoured("bip6", "--bip6", STRING, "IPv6 address of the default bridge, as CIDR"),
          honoured("fixed-cidr-v6", "--fixed-cidr-v6", STRING, "Its IPv6 subnet"),
          honoured("default-gateway-v6", "--default-gateway-v6", STRING, "Its gateway for IPv6"),
          honoured("dns", "--dns", LIST, "Name server for containers"),
          honoured("dns-search", "--dns-search", LIST, "Search domain for containers"),
          honoured("dns-opts", "--dns-opt", LIST, "Resolver option for containers"),
          honoured("default-runtime", "--default-runtime", STRING, "OCI runtime for containers"),
          honoured("runtimes", "--add-runtime", OBJECT, "name=path of a further OCI runtime"),
          honoured("cdi-spec-dirs", "--cdi-spec-dir", LIST, "Directory of descriptions of devices"),
          honoured("features", "--feature", OBJECT, "cdi=false for no such devices"),
          honoured("cgroup-parent", "--cgroup-parent", STRING, "Parent cgroup of containers"),
          honoured(
              "userns-remap",
              "--userns-remap",
              STRING,
              "default or USER[:GROUP] whose subordinate ids are those of containers"),
          honoured("default-shm-size", "--default-shm-size", BYTES, "Size of /dev/shm"),
          honoured("log-driver", "--log-driver", STRING, "json-file, local, none or journald"),
          honoured("log-opts", "--log-opt", MAP, "Default log option: max-size, max-file, ..."),
          honoured(
              "insecure-registries",
              "--insecure-registry",
              LIST,
              "Registry or network that needs no valid certificate"),
          honoured("registry-mirrors", "--registry-mirror", LIST, "Mirror of Docker Hub, as URL"),
          honoured(
              "max-concurrent-downloads",
              "--max-concurrent-downloads",
              INT,
              "Most layers downloaded at a time (default 3)"),
          honoured(
              "max-concurrent-uploads",
              "--max-concurrent-uploads",
              INT,
              "Most layers uploaded at a time (default 5)"),
          honoured(
              "max-download-attempts",
              "--max-download-attempts",
              INT,
              "How often a download is tried (default 5)"),
          honoured("http-proxy", "--http-proxy", STRING, "Proxy to registries that speak HTTP"),
          honoured("https-proxy", "--https-proxy", STRING, "Proxy to registries that speak HTTPS"),
          honoured("no-proxy", "--no-proxy", STRING, "Hosts and networks reached without a proxy"));

  private static final List<Directive> WITHOUT_EFFECT =
      List.of(
          immaterial("userland-proxy", "--userland-proxy", BOOL, NO_PROXY),
          immaterial("userland-proxy-path", "--userland-proxy-path", STRING, NO_PROXY),
          immaterial("shutdown-timeout", "--shutdown-timeout", INT, CONTAINERS_LIVE_ON),
          immaterial("raw-logs", "--raw-logs", BOOL, "the daemon's log has no colours"));

  private static final List<Directive> ONE_WAY =
      List.of(
          only("log-format", "--log-format", STRING, "text"),
          only("storage-driver", "--storage-driver -s", STRING, "overlay2"),
          only("live-restore", "--live-restore", BOOL, true),
          only("exec-opts", "--exec-opt", LIST, List.of("native.cgroupdriver=cgroupfs")),
          only("seccomp-profile", "--seccomp-profile", STRING, "builtin"),
          only("no-new-privileges", "--no-new-privileges", BOOL, false),
          only("init", "--init", BOOL, false),
          only("default-ipc-mode", "--default-ipc-mode", STRING, "private"),
          only("selinux-enabled", "--selinux-enabled", BOOL, false),
          only("experimental", "--experimental", BOOL, false),
          only("rootless", "--rootless", BOOL, false),
          only("cpu-rt-period", "--cpu-rt-period", INT, 0L),
          only("cpu-rt-runtime", "--cpu-rt-runtime", INT, 0L),
          only("oom-score-adjust", "--oom-score-adjust", INT, 0L),
          only("firewall-backend", "--firewall-backend", STRING, "nftables"),
          only("iptables", "--iptables", BOOL, true),
          only("ip6tables", "--ip6tables", BOOL, true),
          only("ip-forward", "--ip-forward", BOOL, true),
          only("ip-forward-no-drop", "--ip-forward-no-drop", BOOL, false),
          only("network-control-plane-mtu", "--network-control-plane-mtu", INT, 1500L),
          only("network-diagnostic-port", "--network-diagnostic-port", INT, 0L),
          only("allow-direct-routing", "--allow-direct-routing", BOOL, false),
          only("tls", "--tls", BOOL, false),
          only("tlsverify", "--tlsverify", BOOL, false));

  private static final List<Directive> NOT_YET =
      Stream.of(
              List.of(
                  only("tlscacert", "--tlscacert", STRING),
                  only("tlscert", "--tlscert", STRING),
                  only("tlskey", "--tlskey", STRING),
                  only("bridge-accept-fwmark", "--bridge-accept-fwmark", STRING),
                  only("host-gateway-ip", "--host-gateway-ip", STRING),
                  only("host-gateway-ips", "", LIST),
                  only("default-ulimits", "--default-ulimit", OBJECT),
                  only("default-cgroupns-mode", "--default-cgroupns-mode", STRING),
                  only("init-path", "--init-path", STRING),
                  only("storage-opts", "--storage-opt", LIST)),
              List.of(
                  only(
                      "allow-nondistributable-artifacts",
                      "--allow-nondistributable-artifacts",
                      LIST),
                  only("builder", "", OBJECT),
                  only("authorization-plugins", "--authorization-plugin", LIST),
                  only("api-cors-header", "--api-cors-header", STRING),
                  only("metrics-addr", "--metrics-addr", STRING),
                  only("node-generic-resources", "--node-generic-resource", LIST),
                  only("swarm-default-advertise-addr", "--swarm-default-advertise-addr", STRING),
                  only("containerd", "--containerd", STRING),
                  only("containerd-namespace", "--containerd-namespace", STRING),
                  only("containerd-plugin-namespace", "--containerd-plugins-namespace", STRING),
                  only("cri-containerd", "--cri-containerd", BOOL, false)))
          .flatMap(List::stream)
          .toList();

  private static final Map<String, Directive> BY_KEY = index();

  private Directives() {}

  /**
   * All directives by their key, the honoured ones first.
   *
   * @return an unmodifiable map
   */
  static Map<String, Directive> all() {
    return BY_KEY;
  }

  private static Map<String, Directive> index() {
    var byKey = new LinkedHashMap<String, Directive>();
    Stream.of(HONOURED, WITHOUT_EFFECT, ONE_WAY, NOT_YET)
        .flatMap(List::stream)
        .forEach(directive -> byKey.put(directive.key(), directive));
    return Collections.unmodifiableMap(byKey);
  }
}
