package dev.wherry.config;

import dev.wherry.config.DaemonConfig.AddressPool;
import dev.wherry.config.DaemonConfig.Network;
import dev.wherry.config.DefaultBridge.BridgeAddress;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the settings say of networks, checked. */
final class NetworkRules {
  private static final String DISABLE_BRIDGE = "none";
  private static final String POOLS = "default-address-pools";
  private static final String OPTIONS = "default-network-opts";

  private NetworkRules() {}

  static Network network(Settings settings) throws ConfigException {
    var servers = new ArrayList<InetAddress>();
    for (String server : settings.list("dns")) {
      servers.add(address(server));
    }
    InetAddress published = address(settings.text("ip").orElse("0.0.0.0"));
    if (!(published instanceof Inet4Address)) {
      throw new ConfigException("ip: " + settings.text("ip").orElse("") + " is no IPv4 address");
    }
    return new Network(
        bridge(settings),
        BridgeSettings.of(settings),
        pools(settings.items(POOLS)),
        published,
        bridgeOptions(settings),
        servers,
        settings.list("dns-search"),
        settings.list("dns-opts"));
  }

  private static InetAddress address(String text) throws ConfigException {
    try {
      return InetAddress.ofLiteral(text);
    } catch (IllegalArgumentException e) {
      throw new ConfigException(text + " is not an ip address", e);
    }
  }

  private static DefaultBridge bridge(Settings settings) throws ConfigException {
    Optional<String> name = settings.text("bridge");
    Optional<String> bip = settings.text("bip");
    if (name.isPresent() && bip.isPresent()) {
      throw new ConfigException(
          "You specified -b & --bip, mutually exclusive options. Please specify only one");
    }
    if (name.isPresent()) {
      return name.get().equals(DISABLE_BRIDGE)
          ? new DefaultBridge.Disabled()
          : new DefaultBridge.Existing(name.get());
    }
    return new DefaultBridge.Managed(
        bip.isPresent() ? Optional.of(BridgeAddress.parse(bip.get())) : Optional.empty());
  }

  /** Each is an object of the file, or {@code base=CIDR,size=N} of the command line. */
  private static List<AddressPool> pools(List<?> given) throws ConfigException {
    var pools = new ArrayList<AddressPool>();
    for (Object item : given) {
      Map<String, String> fields = item instanceof Map<?, ?> map ? texts(map) : fields(item);
      for (String key : fields.keySet()) {
        if (!key.equals("base") && !key.equals("size")) {
          throw new ConfigException(POOLS + ": unknown field " + key);
        }
      }
      pools.add(
          AddressPool.parse(fields.getOrDefault("base", ""), fields.getOrDefault("size", "")));
    }
    return pools;
  }

  private static Map<String, String> texts(Map<?, ?> map) {
    var texts = new LinkedHashMap<String, String>();
    map.forEach((key, value) -> texts.put(key.toString(), Settings.show(value)));
    return texts;
  }

  private static Map<String, String> fields(Object item) throws ConfigException {
    var fields = new LinkedHashMap<String, String>();
    for (String field : item.toString().split(",", -1)) {
      int equals = field.indexOf('=');
      if (equals < 1) {
        throw new ConfigException(POOLS + ": invalid field " + field + ": name=value expected");
      }
      fields.put(field.substring(0, equals), field.substring(equals + 1));
    }
    return fields;
  }

  /** Of the file {@code {"bridge": {KEY: VALUE}}}, of the command line {@code bridge=KEY=VALUE}. */
  private static Map<String, String> bridgeOptions(Settings settings) throws ConfigException {
    var options = new LinkedHashMap<String, String>();
    for (var driver : settings.map(OPTIONS).entrySet()) {
      if (!driver.getKey().equals("bridge") || !(driver.getValue() instanceof Map<?, ?> map)) {
        throw new ConfigException(
            OPTIONS + ": options of the driver bridge are expected, not of " + driver.getKey());
      }
      options.putAll(texts(map));
    }
    for (Object item : settings.items(OPTIONS)) {
      String[] words = item.toString().split("=", 3);
      if (words.length < 3 || !words[0].equals("bridge")) {
        throw new ConfigException(OPTIONS + ": bridge=KEY=VALUE is expected, not " + item);
      }
      options.put(words[1], words[2]);
    }
    return options;
  }
}
