package dev.wherry.engine.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** posix_spawn(3) and its file actions; linked when the first program is started. */
final class Spawner {
  /** More than glibc's posix_spawn_file_actions_t (80) and posix_spawnattr_t (336) need. */
  private static final int OPAQUE_SIZE = 512;

  private static final int SIGSET_SIZE = 128;
  private static final short POSIX_SPAWN_SETSIGDEF = 0x04;
  private static final short POSIX_SPAWN_SETSIGMASK = 0x08;
  private static final short POSIX_SPAWN_SETSID = 0x80;
  private static final int F_DUPFD_CLOEXEC = 1030;

  private static final MethodHandle SPAWN =
      link("posix_spawn", ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
  private static final MethodHandle ACTIONS_INIT = link("posix_spawn_file_actions_init", ADDRESS);
  private static final MethodHandle ACTIONS_DESTROY =
      link("posix_spawn_file_actions_destroy", ADDRESS);
  private static final MethodHandle ADD_DUP2 =
      link("posix_spawn_file_actions_adddup2", ADDRESS, JAVA_INT, JAVA_INT);
  private static final MethodHandle ADD_OPEN =
      link("posix_spawn_file_actions_addopen", ADDRESS, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
  private static final MethodHandle ADD_CLOSE =
      link("posix_spawn_file_actions_addclose", ADDRESS, JAVA_INT);
  private static final MethodHandle ADD_CHDIR =
      link("posix_spawn_file_actions_addchdir_np", ADDRESS, ADDRESS);
  private static final MethodHandle ADD_CLOSEFROM =
      link("posix_spawn_file_actions_addclosefrom_np", ADDRESS, JAVA_INT);
  private static final MethodHandle ATTR_INIT = link("posix_spawnattr_init", ADDRESS);
  private static final MethodHandle ATTR_DESTROY = link("posix_spawnattr_destroy", ADDRESS);
  private static final MethodHandle ATTR_SETFLAGS =
      link("posix_spawnattr_setflags", ADDRESS, JAVA_SHORT);
  private static final MethodHandle ATTR_SETSIGDEFAULT =
      link("posix_spawnattr_setsigdefault", ADDRESS, ADDRESS);
  private static final MethodHandle ATTR_SETSIGMASK =
      link("posix_spawnattr_setsigmask", ADDRESS, ADDRESS);

  private Spawner() {}

  private static MethodHandle link(String name, MemoryLayout... arguments) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker.defaultLookup().findOrThrow(name), FunctionDescriptor.of(JAVA_INT, arguments));
  }

  static int spawn(SpawnSpec spec) {
    TreeMap<Integer, Fd> descriptors = new TreeMap<>(spec.descriptors());
    int next = Math.max(3, descriptors.isEmpty() ? 0 : descriptors.lastKey() + 1);
    List<Fd> raised = new ArrayList<>();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment actions = arena.allocate(OPAQUE_SIZE, 16);
      check((int) ACTIONS_INIT.invokeExact(actions), "posix_spawn_file_actions_init");
      MemorySegment attributes = arena.allocate(OPAQUE_SIZE, 16);
      check((int) ATTR_INIT.invokeExact(attributes), "posix_spawnattr_init");
      try {
        addActions(arena, actions, spec, raise(descriptors, next, raised), next);
        setAttributes(arena, attributes, spec);
        return spawn(arena, spec, actions, attributes);
      } finally {
        check((int) ATTR_DESTROY.invokeExact(attributes), "posix_spawnattr_destroy");
        check((int) ACTIONS_DESTROY.invokeExact(actions), "posix_spawn_file_actions_destroy");
      }
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable t) {
      throw new AssertionError("posix_spawn", t);
    } finally {
      raised.forEach(Fd::close);
    }
  }

  /**
   * The actions run one after another, so a descriptor that sits where another one goes would be
   * overwritten before its turn: such ones are first duplicated to numbers above all of them.
   */
  private static TreeMap<Integer, Integer> raise(
      TreeMap<Integer, Fd> descriptors, int next, List<Fd> raised) {
    TreeMap<Integer, Integer> sources = new TreeMap<>();
    for (Map.Entry<Integer, Fd> entry : descriptors.entrySet()) {
      int source = entry.getValue().number();
      if (source < next) {
        long copy = CallState.current().call(SystemCall.SYS_fcntl, source, F_DUPFD_CLOEXEC, next);
        source = (int) FileCalls.check(copy, "fcntl F_DUPFD_CLOEXEC", Integer.toString(source));
        raised.add(new Fd(source));
      }
      sources.put(entry.getKey(), source);
    }
    return sources;
  }

  private static void addActions(
      Arena arena,
      MemorySegment actions,
      SpawnSpec spec,
      TreeMap<Integer, Integer> sources,
      int next)
      throws Throwable {
    MemorySegment devNull = cString(arena, "/dev/null");
    for (int fd = 0; fd < next; fd++) {
      Integer source = sources.get(fd);
      if (source != null) {
        check((int) ADD_DUP2.invokeExact(actions, (int) source, fd), "adddup2");
      } else if (fd < 3) {
        int flags = OpenFlags.O_RDWR;
        check((int) ADD_OPEN.invokeExact(actions, fd, devNull, flags, 0), "addopen");
      } else { // the daemon's own may come from whoever started it, without close-on-exec
        check((int) ADD_CLOSE.invokeExact(actions, fd), "addclose");
      }
    }
    if (spec.workingDirectory().isPresent()) {
      MemorySegment directory = cString(arena, spec.workingDirectory().get().toString());
      check((int) ADD_CHDIR.invokeExact(actions, directory), "addchdir_np");
    }
    check((int) ADD_CLOSEFROM.invokeExact(actions, next), "addclosefrom_np");
  }

  private static void setAttributes(Arena arena, MemorySegment attributes, SpawnSpec spec)
      throws Throwable {
    MemorySegment none = arena.allocate(SIGSET_SIZE, 8);
    MemorySegment all = arena.allocate(SIGSET_SIZE, 8).fill((byte) 0xFF);
    check((int) ATTR_SETSIGMASK.invokeExact(attributes, none), "setsigmask");
    check((int) ATTR_SETSIGDEFAULT.invokeExact(attributes, all), "setsigdefault");
    int flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;
    if (spec.newSession()) {
      flags |= POSIX_SPAWN_SETSID;
    }
    short value = (short) flags;
    check((int) ATTR_SETFLAGS.invokeExact(attributes, value), "setflags");
  }

  private static int spawn(
      Arena arena, SpawnSpec spec, MemorySegment actions, MemorySegment attributes)
      throws Throwable {
    List<String> environment = new ArrayList<>();
    spec.environment().forEach((name, value) -> environment.add(name + "=" + value));
    MemorySegment pid = arena.allocate(JAVA_INT);
    MemorySegment path = cString(arena, spec.program().toString());
    MemorySegment argv = cStrings(arena, spec.argv());
    MemorySegment envp = cStrings(arena, environment);
    int error = (int) SPAWN.invokeExact(pid, path, actions, attributes, argv, envp);
    if (error != 0) {
      throw new LinuxException(error, "posix_spawn", spec.program().toString());
    }
    return pid.get(JAVA_INT, 0);
  }

  private static MemorySegment cStrings(Arena arena, List<String> strings) {
    MemorySegment array = arena.allocate(ADDRESS, strings.size() + 1L);
    for (int i = 0; i < strings.size(); i++) {
      array.setAtIndex(ADDRESS, i, cString(arena, strings.get(i)));
    }
    return array;
  }

  private static MemorySegment cString(Arena arena, String text) {
    if (text.indexOf('\0') >= 0) {
      throw new LinuxException(Errno.EINVAL, "string with a NUL", text.replace('\0', '?'));
    }
    byte[] bytes = FileNames.encode(text);
    MemorySegment segment = arena.allocate(bytes.length + 1L);
    MemorySegment.copy(bytes, 0, segment, ValueLayout.JAVA_BYTE, 0, bytes.length);
    return segment;
  }

  private static void check(int error, String call) {
    if (error != 0) {
      throw new LinuxException(error, "posix_spawn " + call, "");
    }
  }
}
