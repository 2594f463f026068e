package dev.wherry.engine.linux;

/**
 * A kernel call that failed: which call, on what, and with which error number. Its message reads
 * like strace(1): {@code mount overlay on /x: EINVAL Invalid argument}.
 */
public final class LinuxException extends RuntimeException {
  private final int number;
  private final String call;
  private final String argument;

  /**
   * A failed call.
   *
   * @param number the error number, positive
   * @param call the call's name in the man pages
   * @param argument what it was called on, empty if it has nothing worth telling
   */
  public LinuxException(int number, String call, String argument) {
    this(number, call, argument, "");
  }

  /**
   * A failed call of which the kernel told more.
   *
   * @param detail the kernel's own words (netlink's extended acknowledgement), empty if none
   */
  public LinuxException(int number, String call, String argument, String detail) {
    super(message(number, call, argument, detail));
    this.number = number;
    this.call = call;
    this.argument = argument;
  }

  /** A failed call with an error number of our own choosing. */
  public LinuxException(Errno errno, String call, String argument) {
    this(errno.number(), call, argument);
  }

  /** The error number as a constant. */
  public Errno errno() {
    return Errno.of(number);
  }

  /** The error number as the kernel gave it. */
  public int number() {
    return number;
  }

  /** The call's name. */
  public String call() {
    return call;
  }

  /** What it was called on. */
  public String argument() {
    return argument;
  }

  /** Whether the call failed with this error. */
  public boolean is(Errno errno) {
    return errno.number() == number;
  }

  private static String message(int number, String call, String argument, String detail) {
    Errno errno = Errno.of(number);
    StringBuilder text = new StringBuilder(call);
    if (!argument.isEmpty()) {
      text.append(' ').append(argument);
    }
    text.append(": ");
    if (errno == Errno.UNKNOWN) {
      text.append("error ").append(number);
    } else {
      text.append(errno.name()).append(' ').append(errno.text());
    }
    if (!detail.isEmpty()) {
      text.append(" (").append(detail).append(')');
    }
    return text.toString();
  }
}
