package dev.wherry.engine.network;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What resolv.conf(5) says, and what of the host's a container gets: as dockerd does it, name
 * servers on the loopback are left out, since a container has a loopback of its own, and public
 * ones stand in if none is left.
 *
 * @param nameservers addresses
 * @param search domains
 * @param options such as {@code ndots:1}
 */
public record ResolvConf(List<String> nameservers, List<String> search, List<String> options) {
  private static final List<String> PUBLIC = List.of("8.8.8.8", "8.8.4.4");
  private static final Path HOST = Path.of("/etc/resolv.conf");

  /** Where systemd-resolved keeps the servers that it itself asks. */
  private static final Path SYSTEMD = Path.of("/run/systemd/resolve/resolv.conf");

  private static final String SYSTEMD_STUB = "127.0.0.53";

  public ResolvConf {
    nameservers = List.copyOf(nameservers);
    search = List.copyOf(search);
    options = List.copyOf(options);
  }

  /** The host's, with the real servers in place of systemd-resolved's stub. */
  public static ResolvConf ofHost() {
    return ofHost(HOST, SYSTEMD);
  }

  static ResolvConf ofHost(Path host, Path systemd) {
    ResolvConf conf = parse(read(host));
    boolean onlyStub = conf.nameservers.equals(List.of(SYSTEMD_STUB));
    return onlyStub && Files.exists(systemd) ? parse(read(systemd)) : conf;
  }

  private static String read(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (NoSuchFileException e) {
      return ""; // the resolver then has its defaults, and so has the container
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads a file's text; lines that it does not know are left out, as the resolver does. */
  public static ResolvConf parse(String text) {
    List<String> nameservers = new ArrayList<>();
    List<String> search = new ArrayList<>();
    List<String> options = new ArrayList<>();
    for (String line : text.lines().toList()) {
      String[] words = line.strip().split("\\s+");
      List<String> values = List.of(words).subList(1, words.length);
      switch (words[0]) {
        case "nameserver" -> values.stream().limit(1).forEach(nameservers::add);
        case "search", "domain" -> { // the last one counts
          search.clear();
          search.addAll(values);
        }
        case "options" -> options.addAll(values);
        default -> {} // a comment, or sortlist
      }
    }
    return new ResolvConf(nameservers, search, options);
  }

  /**
   * The same with a user's wishes in place of what they name.
   *
   * @param dns servers; empty keeps the present ones
   * @param dnsSearch domains; empty keeps the present ones, {@code .} alone means none
   * @param dnsOptions options; empty keeps the present ones
   */
  public ResolvConf with(List<String> dns, List<String> dnsSearch, List<String> dnsOptions) {
    List<String> domains = dnsSearch.isEmpty() ? search : dnsSearch;
    return new ResolvConf(
        dns.isEmpty() ? nameservers : dns,
        domains.equals(List.of(".")) ? List.of() : domains,
        dnsOptions.isEmpty() ? options : dnsOptions);
  }

  /** The same for a container with a loopback of its own. */
  public ResolvConf withoutLoopback() {
    List<String> reachable =
        nameservers.stream()
            .filter(server -> !server.startsWith("127.") && !server.equals("::1"))
            .toList();
    return new ResolvConf(reachable.isEmpty() ? PUBLIC : reachable, search, options);
  }

  /** Whether it says how many dots make a name that is looked up as it is first. */
  public boolean choosesNdots() {
    return options.stream().anyMatch(option -> option.startsWith("ndots:"));
  }

  /**
   * The same for a container that has a name server of ours, which asks the present ones. Names
   * without a dot are looked up as they are: they are containers'.
   */
  public ResolvConf behind(String server) {
    List<String> all = new ArrayList<>(options);
    if (!choosesNdots()) {
      all.add("ndots:0");
    }
    return new ResolvConf(List.of(server), search, all);
  }

  /** The text of the file. */
  public String text() {
    StringBuilder text = new StringBuilder();
    if (!search.isEmpty()) {
      text.append("search ").append(String.join(" ", search)).append('\n');
    }
    for (String server : nameservers) {
      text.append("nameserver ").append(server).append('\n');
    }
    if (!options.isEmpty()) {
      text.append("options ").append(String.join(" ", options)).append('\n');
    }
    return text.toString();
  }
}
