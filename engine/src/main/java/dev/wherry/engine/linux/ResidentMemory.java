package dev.wherry.engine.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The pages this process holds of the files it maps: the virtual machine's code, its cache of
 * linked classes. A start reads through most of them, a day's work needs a few.
 */
public final class ResidentMemory {
  private static final Path MAPS = Path.of("/proc/self/smaps");
  private static final int MADV_DONTNEED = 4;

  /** Smaller mappings are not worth a call. */
  private static final long WORTH_KIB = 1024;

  /** {@code 7f00-7f10 r--p 00000000 fe:00 1234 /path}, proc_pid_maps(5). */
  private static final Pattern HEADER =
      Pattern.compile("([0-9a-f]+)-([0-9a-f]+) r-[-x]p \\S+ \\S+ \\S+ +(/.*)");

  private static final Pattern ANY_HEADER = Pattern.compile("[0-9a-f]+-[0-9a-f]+ .*");

  /**
   * A mapping none of whose pages differs from its file.
   *
   * @param kibibytes how much of it is in memory
   */
  record Mapping(long start, long end, long kibibytes) {}

  /**
   * Gives back what is mapped read-only and unchanged, madvise(2) MADV_DONTNEED. The next use of a
   * page takes it from the page cache again, without a disk as long as the system has memory.
   *
   * @return bytes given back
   */
  public long giveBack() {
    long bytes = 0;
    try {
      for (Mapping mapping : unchanged(Files.readAllLines(MAPS))) {
        long result =
            CallState.current()
                .call(
                    SystemCall.SYS_madvise,
                    mapping.start(),
                    mapping.end() - mapping.start(),
                    MADV_DONTNEED);
        FileCalls.check(result, "madvise MADV_DONTNEED", Long.toHexString(mapping.start()));
        bytes += mapping.kibibytes() << 10;
      }
    } catch (IOException e) {
      throw new LinuxException(Errno.EIO, "read", MAPS.toString());
    }
    return bytes;
  }

  /**
   * Picks them. One that was written to before it became read-only, as the linker's tables are, has
   * anonymous pages, which exist nowhere else.
   *
   * @param smaps proc_pid_smaps(5)
   */
  static List<Mapping> unchanged(List<String> smaps) {
    List<Mapping> result = new ArrayList<>();
    Matcher current = null;
    long resident = 0;
    boolean clean = false;
    for (String line : smaps) {
      if (ANY_HEADER.matcher(line).matches()) {
        add(result, current, resident, clean);
        Matcher header = HEADER.matcher(line);
        current = header.matches() ? header : null;
        resident = 0;
        clean = false;
      } else if (line.startsWith("Rss:")) {
        resident = kibibytes(line);
      } else if (line.startsWith("Anonymous:")) {
        clean = kibibytes(line) == 0;
      }
    }
    add(result, current, resident, clean);
    return result;
  }

  private static void add(
      List<Mapping> result, @Nullable Matcher header, long resident, boolean clean) {
    if (header != null && clean && resident >= WORTH_KIB) {
      result.add(
          new Mapping(
              Long.parseUnsignedLong(header.group(1), 16),
              Long.parseUnsignedLong(header.group(2), 16),
              resident));
    }
  }

  private static long kibibytes(String line) {
    return Long.parseLong(line.replaceAll("\\D", ""));
  }
}
