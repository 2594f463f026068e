package dev.wherry.engine.linux;

/**
 * The first fields of {@code /proc/PID/stat}, proc(5).
 *
 * @param comm the program's name, at most 15 bytes
 * @param state one letter: R, S, D, Z (ended, not yet waited for), T, ...
 * @param startTime ticks since boot: with the pid it names one process for ever, where the pid
 *     alone is given again
 */
public record ProcessStat(int pid, String comm, char state, int parentPid, long startTime) {
  private static final int STARTTIME = 22;
  private static final int FIRST_AFTER_COMM = 3;

  /**
   * Reads the line; the name in it may itself hold blanks and brackets.
   *
   * @throws IllegalArgumentException if it is not such a line
   */
  public static ProcessStat parse(String line) {
    int open = line.indexOf('(');
    int close = line.lastIndexOf(')');
    if (open < 0 || close < open) {
      throw new IllegalArgumentException("not a line of /proc/PID/stat: " + line);
    }
    String[] rest = line.substring(close + 2).split(" ");
    return new ProcessStat(
        Integer.parseInt(line.substring(0, open - 1)),
        line.substring(open + 1, close),
        rest[0].charAt(0),
        Integer.parseInt(rest[1]),
        Long.parseLong(rest[STARTTIME - FIRST_AFTER_COMM]));
  }

  /** Whether it has ended and only its number is left. */
  public boolean isZombie() {
    return state == 'Z' || state == 'X';
  }
}
