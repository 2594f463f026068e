package dev.wherry.engine.ps;

import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/** The columns of ps(1), "STANDARD FORMAT SPECIFIERS", that make sense for a container. */
enum PsColumn {
  USER("USER", p -> shortened(p.user()), "user", "uname", "euser", "ruser"),
  UID_NAME("UID", p -> shortened(p.user())),
  UID("UID", p -> number(p.uid()), "uid", "euid"),
  PID("PID", p -> number(p.pid()), "pid"),
  PPID("PPID", p -> number(p.parent()), "ppid"),
  PGID("PGID", p -> number(p.group()), "pgid", "pgrp"),
  SID("SID", p -> number(p.session()), "sid", "sess", "session"),
  C("C", p -> number(Math.min(99, p.cpuPermille() / 10)), "c"),
  PCPU("%CPU", p -> tenths(p.cpuPermille()), "%cpu", "pcpu"),
  PMEM("%MEM", p -> tenths(memoryPermille(p)), "%mem", "pmem"),
  VSZ("VSZ", p -> number(p.virtualKiB()), "vsz", "vsize"),
  RSS("RSS", p -> number(p.residentKiB()), "rss", "rssize", "rsz"),
  TT("TT", PsColumn::terminal, "tty", "tt"),
  TTY("TTY", PsColumn::terminal, "tname"),
  STAT("STAT", PsColumn::states, "stat"),
  S("S", p -> String.valueOf(p.state()), "s", "state"),
  STIME("STIME", PsColumn::started, "stime"),
  START("START", PsColumn::started, "start_time", "bsdstart"),
  TIME("TIME", p -> hours(p.cpu()), "time", "cputime"),
  BSDTIME("TIME", p -> minutes(p.cpu()), "bsdtime"),
  ETIME("ELAPSED", p -> elapsed(p.elapsed()), "etime"),
  ETIMES("ELAPSED", p -> number(p.elapsed().toSeconds()), "etimes"),
  NI("NI", p -> number(p.nice()), "ni", "nice"),
  PRI("PRI", PsColumn::priority, "pri"),
  PSR("PSR", p -> number(p.processor()), "psr"),
  CLS("CLS", p -> schedulingClass(p.policy()), "cls", "class", "policy"),
  RTPRIO("RTPRIO", p -> p.realTimePriority() == 0 ? "-" : number(p.realTimePriority()), "rtprio"),
  SZ("SZ", PsColumn::pages, "sz"),
  NLWP("NLWP", p -> number(p.threads()), "nlwp", "thcount"),
  CMD("CMD", ProcessFacts::commandLine, "cmd"),
  SHORT_CMD("CMD", ProcessFacts::name),
  COMMAND("COMMAND", ProcessFacts::commandLine, "args", "command"),
  COMM("COMMAND", ProcessFacts::name, "comm", "ucmd", "ucomm");

  /** {@code ps -ef}. */
  static final List<PsColumn> FULL = List.of(UID_NAME, PID, PPID, C, STIME, TTY, TIME, CMD);

  /** {@code ps -eF}. */
  static final List<PsColumn> EXTRA_FULL =
      List.of(UID_NAME, PID, PPID, C, SZ, RSS, PSR, STIME, TTY, TIME, CMD);

  /** {@code ps aux}. */
  static final List<PsColumn> USER_ORIENTED =
      List.of(USER, PID, PCPU, PMEM, VSZ, RSS, TTY, STAT, START, BSDTIME, COMMAND);

  /** {@code ps -e}. */
  static final List<PsColumn> SIMPLE = List.of(PID, TTY, TIME, SHORT_CMD);

  private static final int HIGHEST_PRIORITY = 39;
  private static final int PAGE_KIB = 4;
  private static final int NAME_WIDTH = 8;
  private static final int PTS_MAJOR = 136;
  private static final int PTS_MAJORS = 8;
  private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm", Locale.ROOT);
  private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("MMMdd", Locale.ROOT);

  private final String title;
  private final Function<ProcessFacts, String> value;
  private final List<String> names;

  PsColumn(String title, Function<ProcessFacts, String> value, String... names) {
    this.title = title;
    this.value = value;
    this.names = List.of(names);
  }

  /** The column that a format names. */
  static Optional<PsColumn> named(String name) {
    for (PsColumn column : values()) {
      if (column.names.contains(name)) {
        return Optional.of(column);
      }
    }
    return Optional.empty();
  }

  String title() {
    return title;
  }

  String of(ProcessFacts process) {
    return value.apply(process);
  }

  private static String number(long value) {
    return Long.toString(value);
  }

  private static String tenths(long permille) {
    return permille / 10 + "." + permille % 10;
  }

  private static long memoryPermille(ProcessFacts p) {
    return p.memoryKiB() == 0 ? 0 : p.residentKiB() * 1000 / p.memoryKiB();
  }

  /** A name too long for its column is cut, which a plus sign shows. */
  private static String shortened(String user) {
    return user.length() > NAME_WIDTH ? user.substring(0, NAME_WIDTH - 1) + "+" : user;
  }

  /** Higher ones run first, unlike the kernel's own. */
  private static String priority(ProcessFacts p) {
    return number(HIGHEST_PRIORITY - p.priority());
  }

  private static String pages(ProcessFacts p) {
    return number(p.virtualKiB() / PAGE_KIB);
  }

  private static String schedulingClass(int policy) {
    List<String> names = List.of("TS", "FF", "RR", "B", "ISO", "IDL", "DLN");
    return policy >= 0 && policy < names.size() ? names.get(policy) : "?";
  }

  private static String terminal(ProcessFacts p) {
    int major = p.tty() >>> 8 & 0xfff;
    int minor = (p.tty() & 0xff) | (p.tty() >>> 12 & 0xfff00);
    if (major >= PTS_MAJOR && major < PTS_MAJOR + PTS_MAJORS) {
      return "pts/" + ((major - PTS_MAJOR) * 256 + minor);
    }
    return major == 4 && minor < 64 ? "tty" + minor : "?";
  }

  private static String states(ProcessFacts p) {
    StringBuilder text = new StringBuilder().append(p.state());
    if (p.nice() < 0) {
      text.append('<');
    } else if (p.nice() > 0) {
      text.append('N');
    }
    if (p.session() == p.pid()) {
      text.append('s');
    }
    if (p.threads() > 1) {
      text.append('l');
    }
    if (p.foregroundGroup() == p.group()) {
      text.append('+');
    }
    return text.toString();
  }

  private static String started(ProcessFacts p) {
    ZonedDateTime start = p.started().atZone(p.now().getZone());
    if (start.toLocalDate().equals(p.now().toLocalDate())) {
      return CLOCK.format(start);
    }
    return start.getYear() == p.now().getYear()
        ? DAY.format(start)
        : Integer.toString(start.getYear());
  }

  private static String hours(Duration time) {
    String days = time.toDays() > 0 ? time.toDays() + "-" : "";
    return "%s%02d:%02d:%02d"
        .formatted(days, time.toHoursPart(), time.toMinutesPart(), time.toSecondsPart());
  }

  private static String minutes(Duration time) {
    return "%d:%02d".formatted(time.toMinutes(), time.toSecondsPart());
  }

  private static String elapsed(Duration time) {
    return time.toHours() > 0
        ? hours(time)
        : "%02d:%02d".formatted(time.toMinutesPart(), time.toSecondsPart());
  }
}
