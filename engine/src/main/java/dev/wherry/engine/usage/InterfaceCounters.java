package dev.wherry.engine.usage;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Counters of one network interface, as {@code /proc/net/dev} has them (proc(5)). */
public record InterfaceCounters(
    long rxBytes,
    long rxPackets,
    long rxErrors,
    long rxDropped,
    long txBytes,
    long txPackets,
    long txErrors,
    long txDropped) {

  private static final int COLUMNS = 16;

  /**
   * Reads the table.
   *
   * @param lines two lines of titles, then one for each interface
   * @return the engine's interfaces ({@code eth0}, {@code eth1}, ...); what the kernel or the
   *     container itself put beside them is left out
   */
  static Map<String, InterfaceCounters> parse(List<String> lines) {
    Map<String, InterfaceCounters> result = new TreeMap<>();
    for (String line : lines) {
      int colon = line.indexOf(':');
      String name = colon < 0 ? "" : line.substring(0, colon).strip();
      String[] columns = line.substring(colon + 1).strip().split("\\s+");
      if (name.matches("eth\\d+") && columns.length >= COLUMNS) {
        result.put(name, of(columns));
      }
    }
    return result;
  }

  private static InterfaceCounters of(String[] columns) {
    return new InterfaceCounters(
        number(columns[0]),
        number(columns[1]),
        number(columns[2]),
        number(columns[3]),
        number(columns[8]),
        number(columns[9]),
        number(columns[10]),
        number(columns[11]));
  }

  private static long number(String text) {
    return Long.parseLong(text);
  }
}
