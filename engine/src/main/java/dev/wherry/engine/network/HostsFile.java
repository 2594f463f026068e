package dev.wherry.engine.network;

import dev.wherry.engine.error.EngineException;
import java.util.List;

/** The text of a container's hosts(5), in dockerd's order. */
public final class HostsFile {
  private static final String DEFAULTS =
      """
      127.0.0.1\tlocalhost
      ::1\tlocalhost ip6-localhost ip6-loopback
      fe00::0\tip6-localnet
      ff00::0\tip6-mcastprefix
      ff02::1\tip6-allnodes
      ff02::2\tip6-allrouters
      """;

  private static final String HOST_GATEWAY = "host-gateway";

  private HostsFile() {}

  /**
   * The file of a container with a network namespace of its own.
   *
   * @param hostname its name, and {@code domainname} its domain, empty for none
   * @param addresses its own, empty without a network
   * @param extraHosts {@code name:address} as {@code --add-host} takes them; the address may be
   *     {@code host-gateway}
   * @param hostGateway what {@code host-gateway} stands for: the host's address on the default
   *     bridge, empty if there is none
   * @throws EngineException.InvalidParameter if an extra host can't be resolved so
   */
  public static String text(
      String hostname,
      String domainname,
      List<String> addresses,
      List<String> extraHosts,
      String hostGateway) {
    String names = names(hostname, domainname);
    StringBuilder text = new StringBuilder(DEFAULTS);
    text.append(extra(extraHosts, hostGateway));
    for (String address : addresses) {
      text.append(address).append('\t').append(names).append('\n');
    }
    return text.toString();
  }

  /** What a container's own addresses are called. */
  public static String names(String hostname, String domainname) {
    String whole = domainname.isEmpty() ? hostname : hostname + "." + domainname;
    int dot = whole.indexOf('.');
    return dot <= 0 ? whole : whole + " " + whole.substring(0, dot);
  }

  /** A file's text without a container's old addresses and with its new ones, last. */
  public static String changed(
      String text, String names, List<String> oldAddresses, List<String> newAddresses) {
    List<String> gone = oldAddresses.stream().map(address -> address + '\t' + names).toList();
    StringBuilder changed = new StringBuilder();
    text.lines()
        .filter(line -> !gone.contains(line))
        .forEach(line -> changed.append(line).append('\n'));
    newAddresses.forEach(
        address -> changed.append(address).append('\t').append(names).append('\n'));
    return changed.toString();
  }

  /** The file of a container on the host's network: the host's own, and the extra hosts. */
  public static String textOnHost(String hostsOwn, List<String> extraHosts, String hostGateway) {
    String end = hostsOwn.isEmpty() || hostsOwn.endsWith("\n") ? "" : "\n";
    return hostsOwn + end + extra(extraHosts, hostGateway);
  }

  private static String extra(List<String> extraHosts, String hostGateway) {
    StringBuilder text = new StringBuilder();
    for (String extraHost : extraHosts) {
      int colon = extraHost.indexOf(':');
      if (colon <= 0 || colon == extraHost.length() - 1) {
        throw new EngineException.InvalidParameter("bad format for add-host: \"" + extraHost + '"');
      }
      String address = extraHost.substring(colon + 1);
      if (address.equals(HOST_GATEWAY)) {
        if (hostGateway.isEmpty()) {
          throw new EngineException.InvalidParameter(
              "unable to derive the IP value for host-gateway");
        }
        address = hostGateway;
      }
      text.append(address).append('\t').append(extraHost, 0, colon).append('\n');
    }
    return text.toString();
  }
}
