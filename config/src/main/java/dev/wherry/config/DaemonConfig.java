package dev.wherry.config;

import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The daemon's settings, complete, checked and immutable, from flags and daemon.json.
 *
 * @param listen where the API listens, never empty
 * @param directories where the daemon keeps its files
 * @param logLevel how much the daemon logs; {@code debug} is already taken into it
 * @param socketGroup the group that may use the unix sockets; where it does not exist and is the
 *     default, root alone may
 * @param labels the daemon's own {@code key=value} labels, shown by {@code docker info}
 * @param network the default network and name resolution
 * @param containers what a container gets when its creator does not say
 * @param registries where images come from
 */
public record DaemonConfig(
    List<ListenAddress> listen,
    Directories directories,
    LogLevel logLevel,
    String socketGroup,
    List<String> labels,
    Network network,
    Containers containers,
    Registries registries) {

  /** The group of the unix sockets when none is named. */
  public static final String DEFAULT_GROUP = "docker";

  /** Keeps its own copies of the lists. */
  public DaemonConfig {
    listen = List.copyOf(listen);
    labels = List.copyOf(labels);
  }

  /**
   * Where the daemon keeps its files; all paths absolute.
   *
   * @param dataRoot images, containers and volumes, which survive a reboot
   * @param execRoot sockets, mounts and runtime state, which need not
   * @param pidFile holds the daemon's process id while it runs
   */
  public record Directories(Path dataRoot, Path execRoot, Path pidFile) {
    /** {@code --data-root}'s default. */
    public static final Path DEFAULT_DATA_ROOT = Path.of("/var/lib/wherry");

    /** {@code --exec-root}'s default. */
    public static final Path DEFAULT_EXEC_ROOT = Path.of("/run/wherry");

    /** {@code --pidfile}'s default. */
    public static final Path DEFAULT_PID_FILE = Path.of("/run/wherry.pid");
  }

  /**
   * The default network, and name resolution for containers that do not choose their own.
   *
   * @param bridge the network named {@code bridge}
   * @param bridgeSettings what that network is like
   * @param addressPools where networks get their subnets; empty means the engine's own
   * @param published where the default network publishes a port if the user names no address
   * @param bridgeOptions options of new networks of the driver {@code bridge}, where their creator
   *     gives none
   * @param dns name servers; empty means those of the host
   * @param dnsSearch search domains; empty means those of the host
   * @param dnsOptions resolver options; empty means those of the host
   */
  public record Network(
      DefaultBridge bridge,
      BridgeSettings bridgeSettings,
      List<AddressPool> addressPools,
      InetAddress published,
      Map<String, String> bridgeOptions,
      List<InetAddress> dns,
      List<String> dnsSearch,
      List<String> dnsOptions) {
    /** Keeps its own copies of the lists. */
    public Network {
      addressPools = List.copyOf(addressPools);
      bridgeOptions = Collections.unmodifiableMap(new LinkedHashMap<>(bridgeOptions));
      dns = List.copyOf(dns);
      dnsSearch = List.copyOf(dnsSearch);
      dnsOptions = List.copyOf(dnsOptions);
    }
  }

  /**
   * Addresses that networks get their subnets from.
   *
   * @param base all of them
   * @param prefixLength of the whole
   * @param size prefix length of each subnet
   */
  public record AddressPool(InetAddress base, int prefixLength, int size) {
    static AddressPool parse(String base, String size) throws ConfigException {
      int slash = base.indexOf('/');
      try {
        InetAddress address = InetAddress.ofLiteral(base.substring(0, Math.max(slash, 0)));
        int whole = Integer.parseInt(base.substring(slash + 1));
        int each = Integer.parseInt(size);
        // Room for the network's own address, a gateway, a container and the broadcast address.
        if (whole >= 1 && whole <= each && each <= address.getAddress().length * 8 - 2) {
          return new AddressPool(address, whole, each);
        }
      } catch (IllegalArgumentException e) {
        throw new ConfigException("default-address-pools: " + unusable(base, size), e);
      }
      throw new ConfigException("default-address-pools: " + unusable(base, size));
    }

    private static String unusable(String base, String size) {
      return "invalid pool base=" + base + ",size=" + size;
    }
  }

  /**
   * What a container gets when its creator does not say.
   *
   * @param defaultRuntime the name of the OCI runtime; empty lets the daemon choose at start among
   *     those installed
   * @param runtimes OCI runtimes by name, beyond those the daemon finds by itself
   * @param cgroupParent the cgroup containers are put under; empty means the engine's own
   * @param usernsRemap the user whose subordinate ids are those of containers, and perhaps a group;
   *     empty means the host's own
   * @param shmSize the size of {@code /dev/shm} in bytes
   * @param log where output goes
   * @param cdiDirectories where descriptions of devices are; empty if there are to be none
   */
  public record Containers(
      Optional<String> defaultRuntime,
      Map<String, OciProgram> runtimes,
      Optional<String> cgroupParent,
      Optional<String> usernsRemap,
      long shmSize,
      Log log,
      List<Path> cdiDirectories) {
    /** {@code --default-shm-size}'s default, 64 MiB. */
    public static final long DEFAULT_SHM_SIZE = 64L << 20;

    /** {@code --cdi-spec-dir}'s default. */
    public static final List<Path> DEFAULT_CDI_DIRECTORIES =
        List.of(Path.of("/etc/cdi"), Path.of("/var/run/cdi"));

    /** Keeps its own copies. */
    public Containers {
      cdiDirectories = List.copyOf(cdiDirectories);
      runtimes = Collections.unmodifiableMap(new LinkedHashMap<>(runtimes));
    }
  }

  /**
   * An OCI runtime.
   *
   * @param path a path, or a bare command looked up in {@code PATH}
   * @param arguments given to it before all others
   */
  public record OciProgram(Path path, List<String> arguments) {
    /** Keeps its own copy of the list. */
    public OciProgram {
      arguments = List.copyOf(arguments);
    }
  }

  /**
   * The default log driver and its options, as {@code HostConfig.LogConfig} shows them.
   *
   * @param driver the driver's name
   * @param options its options; the engine refuses what the driver does not have
   */
  public record Log(String driver, Map<String, String> options) {
    /** {@code --log-driver}'s default. */
    public static final String DEFAULT_DRIVER = "json-file";

    /** Keeps its own copy of the map. */
    public Log {
      options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
    }
  }

  /**
   * Where images come from.
   *
   * @param insecure registries ({@code host[:port]}) and networks (CIDR) that need no valid
   *     certificate; loopback is always among them
   * @param mirrors addresses asked before Docker Hub, each with a slash at its end
   * @param maxDownloads most layers downloaded at a time
   * @param maxUploads most layers uploaded at a time
   * @param maxAttempts how often a download that breaks off is tried
   * @param proxies by which they are reached
   */
  public record Registries(
      List<String> insecure,
      List<String> mirrors,
      int maxDownloads,
      int maxUploads,
      int maxAttempts,
      Proxies proxies) {
    /** {@code --max-concurrent-downloads}' default. */
    public static final int DEFAULT_DOWNLOADS = 3;

    /** {@code --max-concurrent-uploads}' default. */
    public static final int DEFAULT_UPLOADS = 5;

    /** {@code --max-download-attempts}' default. */
    public static final int DEFAULT_ATTEMPTS = 5;

    /** Keeps its own copies of the lists. */
    public Registries {
      insecure = List.copyOf(insecure);
      mirrors = List.copyOf(mirrors);
    }
  }

  /**
   * Proxies.
   *
   * @param http for servers that speak plain HTTP
   * @param https for the others
   * @param exceptions who is asked without one, separated by commas
   */
  public record Proxies(Optional<Proxy> http, Optional<Proxy> https, String exceptions) {
    /** None at all. */
    public static final Proxies NONE = new Proxies(Optional.empty(), Optional.empty(), "");
  }

  /**
   * A proxy.
   *
   * @param address of the scheme {@code http} or {@code socks5}, with user and password where it
   *     wants them
   * @param shown what may be told of it: the same as it was given, without these
   */
  public record Proxy(URI address, String shown) {
    /** Without user and password. */
    @Override
    public String toString() {
      return shown;
    }
  }
}
