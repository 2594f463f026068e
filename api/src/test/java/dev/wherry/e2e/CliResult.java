package dev.wherry.e2e;

/**
 * What a command said and how it ended.
 *
 * @param exitCode its exit code
 * @param stdout its standard output
 * @param stderr its standard error
 */
record CliResult(int exitCode, String stdout, String stderr) {

  /** Its standard output without the final newline, or an error when it failed. */
  String text() {
    if (exitCode != 0) {
      throw new AssertionError("exit code " + exitCode + ": " + stderr + stdout);
    }
    return stdout.endsWith("\n") ? stdout.substring(0, stdout.length() - 1) : stdout;
  }
}
