package dev.wherry.engine.linux;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/** Reads directories with getdents64(2). */
final class DirReader {
  private static final int RECLEN_OFFSET = 16;
  private static final int TYPE_OFFSET = 18;
  private static final int NAME_OFFSET = 19;

  private DirReader() {}

  /** All entries from the descriptor's offset to the end. */
  static List<DirEntry> readAll(int fd) {
    List<DirEntry> all = new ArrayList<>();
    List<DirEntry> batch = readBatch(fd);
    while (!batch.isEmpty()) {
      all.addAll(batch);
      batch = readBatch(fd);
    }
    return all;
  }

  /** The entries of the next buffer that has any, none at the end. */
  static List<DirEntry> readBatch(int fd) {
    CallState c = CallState.current();
    MemorySegment buffer = c.buffer();
    List<DirEntry> entries = new ArrayList<>();
    while (entries.isEmpty()) {
      long length = c.call(SystemCall.SYS_getdents64, fd, buffer.address(), CallState.BUFFER_SIZE);
      FileCalls.check(length, "getdents64", Integer.toString(fd));
      if (length == 0) {
        break;
      }
      parse(buffer, length, entries);
    }
    return entries;
  }

  private static void parse(MemorySegment buffer, long length, List<DirEntry> entries) {
    long offset = 0;
    while (offset < length) {
      int recordLength = buffer.get(ValueLayout.JAVA_SHORT, offset + RECLEN_OFFSET) & 0xFFFF;
      int type = buffer.get(ValueLayout.JAVA_BYTE, offset + TYPE_OFFSET) & 0xFF;
      String name = name(buffer, offset + NAME_OFFSET);
      if (!name.equals(".") && !name.equals("..")) {
        entries.add(new DirEntry(name, type << 12));
      }
      offset += recordLength;
    }
  }

  private static String name(MemorySegment buffer, long start) {
    long end = start;
    while (buffer.get(ValueLayout.JAVA_BYTE, end) != 0) {
      end++;
    }
    return FileNames.decode(buffer.asSlice(start, end - start).toArray(ValueLayout.JAVA_BYTE));
  }
}
